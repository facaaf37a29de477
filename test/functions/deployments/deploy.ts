import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { App, Reply } from '../../harness.ts';
import { waitUntil } from '../../wait-until.ts';

export const fixtureServer = {
  name: 'fixture',
  command: process.execPath,
  args: [fileURLToPath(new URL('fixture-server.mjs', import.meta.url))],
};

/** A tool with one server; answers its id and slug. */
export async function createTool(
  app: App,
  token: string,
  server: object = fixtureServer,
): Promise<{ id: string; slug: string }> {
  const slug = `t-${randomBytes(5).toString('hex')}`;
  const made = await app.call('POST', '/api/v1/mcps', {
    token,
    json: { name: slug, slug, version: '1.0.0', status: 'active', config: { servers: [server] } },
  });
  if (made.status !== 201) throw new Error(`create-tool answered ${made.status}: ${made.text}`);
  return { id: String(made.body['id']), slug };
}

/** Reads a deployment until it has one of the statuses. */
export async function untilStatus(
  app: App,
  token: string,
  id: string,
  wanted: readonly string[],
  ms = 60_000,
): Promise<Reply['body']> {
  let last: Reply['body'] = {};
  const look = async () => {
    last = (await app.call('GET', `/api/v1/deployments/${id}`, { token })).body;
    return wanted.includes(String(last['status'])) && last;
  };
  return waitUntil(wanted.join(' or '), look, ms).catch((error: Error) => {
    throw new Error(`${error.message} ${JSON.stringify(last)}`, { cause: error });
  });
}

/** A tool, deployed and running (or idle again, where that is a matter of a second). */
export async function deployed(app: App, token: string, config: object = {}, server: object = fixtureServer) {
  const tool = await createTool(app, token, server);
  const made = await app.call('POST', '/api/v1/deployments', { token, json: { tool_id: tool.id, config } });
  if (made.status !== 201) throw new Error(`create-deployment answered ${made.status}: ${made.text}`);
  const id = String(made.body['deployment_id']);
  return { tool, id, view: await untilStatus(app, token, id, ['running', 'idle', 'failed']) };
}

/** Stops whatever runs, so that a file's tests do not run beside the servers of all before them. */
export async function stopAll(app: App, token: string): Promise<void> {
  const { body } = await app.call('GET', '/api/v1/deployments?page_size=100', { token });
  const alive = (body['deployments'] as { deployment_id: string; status: string }[]).filter(
    ({ status }) => !['stopped', 'failed'].includes(status),
  );
  await Promise.all(alive.map(({ deployment_id: id }) => app.call('DELETE', `/api/v1/deployments/${id}`, { token })));
}
