import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runningBase } from '../../infra/local/state.ts';
import { runProgram } from '../../infra/program.ts';
import { repeatSuite, suiteOptions } from './repeat-suite.ts';
import type { Renaming } from './shim.ts';

const program = {
  name: 'conformance:platform',
  about:
    'The conformance suite through the whole path: the fixture server, deployed on the platform that runs here, called with an API key.',
  options: { ...suiteOptions, all: { about: "Through the endpoint of all servers instead of the server's own." } },
} as const;

/** The suite knows the server's names; on the endpoint of all they have its slug in front. */
function renamingOf(name: string): Renaming {
  return {
    request(body, headers) {
      const message = body.startsWith('{') ? (JSON.parse(body) as { params?: Record<string, unknown> }) : {};
      const { params } = message;
      if (!params) return body;
      const named = (of: Record<string, unknown>): Record<string, unknown> => ({
        ...of,
        ...(typeof of['name'] === 'string' && { name: `${name}__${of['name']}` }),
        ...(typeof of['uri'] === 'string' && { uri: `mcp+${name}+${of['uri']}` }),
      });
      const { ref, ...rest } = named(params);
      const said = headers['mcp-name'];
      // A header that was wrong stays wrong.
      if (said === (params['name'] ?? params['uri']) && said !== undefined)
        headers['mcp-name'] = String(rest['name'] ?? rest['uri']);
      return JSON.stringify({
        ...message,
        params: { ...rest, ...(typeof ref === 'object' && ref !== null && { ref: named({ ...ref }) }) },
      });
    },
    answer: (text) => text.replaceAll(`${name}__`, '').replaceAll(`mcp+${name}+`, ''),
  };
}

await runProgram(program, async ({ options }) => {
  const base = runningBase();
  const name = `conformance-${randomBytes(4).toString('hex')}`;
  const fixture = fileURLToPath(new URL('../fixtures/mcp-server/server.ts', import.meta.url));
  let token: string | undefined;

  async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  const account = { username: name, password: `Suite-${name}-1a` };
  await call('POST', '/api/v1/auth/register', { ...account, email: `${name}@example.org` });
  token = String((await call('POST', '/api/v1/auth/login', account))['access_token']);
  const { key } = await call('POST', '/api/v1/auth/api-keys', { name });
  const { id } = await call('POST', '/api/v1/mcps', {
    name,
    slug: name,
    version: '1.0.0',
    config: { servers: [{ name: 'fixture', command: process.execPath, args: [fixture] }] },
  });
  const { deployment_id } = await call('POST', '/api/v1/deployments', { tool_id: id });
  for (let status = ''; status !== 'running'; await sleep(100)) {
    status = String((await call('GET', `/api/v1/deployments/${String(deployment_id)}`))['status']);
    if (status === 'failed') throw new Error('the fixture server could not be deployed');
  }

  await repeatSuite(
    new URL(options.all ? `${base}/mcp/v1` : `${base}/mcp/${name}/v1`),
    { 'x-api-key': String(key) },
    options,
    options.all ? renamingOf(name) : undefined,
  );
  await call('DELETE', `/api/v1/mcps/${name}?force=true`);
});
