import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { deployed, untilStatus } from '../deployments/deploy.ts';
import { connectV1, connectV2 } from './clients.ts';
import { waitUntil } from '../../wait-until.ts';

let app: App;
let owner: SignedUp;
/** What restarts and replacements happen to. */
let server: Awaited<ReturnType<typeof deployed>>;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '1000' } });
  owner = await app.signUp();
  server = await deployed(app, owner.token);
});

interface Calling {
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
}
const answer = { content: [{ type: 'text', text: 'hello' }] };
const echo = (client: Calling) => client.callTool({ name: 'echo', arguments: { message: 'hello' } });

async function untilOneGeneration(id: string): Promise<void> {
  const look = async () => {
    const { body } = await app.call('GET', `/api/v1/deployments/${id}/health`, { token: owner.token });
    const replicas = body['replicas'] as { state: string }[];
    return body['status'] === 'running' && replicas.length === 1 && replicas[0]?.state === 'ready';
  };
  await waitUntil('the end of the former replica', look);
}

describe('a session', () => {
  it('outlives a restart and a replacement, for clients that never initialize again', async () => {
    const { tool, id } = server;
    const url = `${app.url}/mcp/${tool.slug}/v1`;
    const headers = { authorization: `Bearer ${owner.token}` };
    const clients = [await connectV1(url, headers), await connectV2(url, headers, 'legacy')];
    for (const client of clients) expect(await echo(client)).toMatchObject(answer);
    await app.call('POST', `/api/v1/deployments/${id}/restart`, { token: owner.token, json: {} });
    await untilOneGeneration(id);
    for (const client of clients) expect(await echo(client)).toMatchObject(answer);
    const json = { tool_id: tool.id };
    const next = await app.call('POST', '/api/v1/deployments?replace=true', { token: owner.token, json });
    server = { ...server, id: String(next.body['deployment_id']) };
    await untilOneGeneration(server.id);
    for (const client of clients) expect(await echo(client)).toMatchObject(answer);
    for (const client of clients) await client.close();
  });

  it('is over with its process where the owner says that the server keeps state', async () => {
    const { tool, id } = await deployed(app, owner.token, { stateful: true });
    const client = await connectV1(`${app.url}/mcp/${tool.slug}/v1`, { authorization: `Bearer ${owner.token}` });
    expect(await echo(client)).toMatchObject(answer);
    await app.call('POST', `/api/v1/deployments/${id}/restart`, { token: owner.token, json: {} });
    await untilOneGeneration(id);
    await expect(client.callTool({ name: 'echo', arguments: { message: 'x' } })).rejects.toThrow('Session not found');
  });
});

describe('a call in flight', () => {
  it('is finished by the replica that a restart ends', async () => {
    const { tool, id } = server;
    const client = await connectV1(`${app.url}/mcp/${tool.slug}/v1`, { authorization: `Bearer ${owner.token}` });
    const counting = client.callTool({ name: 'count', arguments: { to: 4, pause_ms: 1_000 } });
    await app.call('POST', `/api/v1/deployments/${id}/restart`, { token: owner.token, json: {} });
    await untilStatus(app, owner.token, id, ['running']);
    expect(await counting).toMatchObject({ content: [{ text: 'counted to 4' }] });
    await client.close();
  });
});

describe('a call as a task', () => {
  let own: Awaited<ReturnType<typeof deployed>>;
  beforeAll(async () => {
    own = await deployed(app, owner.token);
  });

  it('is accepted, made once, and counted', async () => {
    const { tool, id } = own;
    const path = `/mcp/${tool.slug}/v1/tools`;
    const options = { token: owner.token, json: { a: 2, b: 3 } };
    const accepted = await app.call('POST', `${path}/sum?async=true`, options);
    expect([accepted.status, accepted.body]).toMatchObject([202, { status: 'pending' }]);
    const task = `/api/v1/tasks/${String(accepted.body['task_id'])}`;
    const read = await waitUntil('the end of the task', async () => {
      const seen = await app.call('GET', task, { token: owner.token });
      return seen.body['status'] === 'completed' && seen;
    });
    expect(read.body).toMatchObject({ type: 'tool-call', status: 'completed', attempts: 1, result: { sum: 5 } });
    const { body } = await app.call('GET', `/api/v1/usage?deployment_id=${id}&group=tool`, { token: owner.token });
    expect(body).toMatchObject({
      items: [{ key: tool.id, slug: tool.slug, calls: 1, errors: 0 }],
      total: { calls: 1, p50_ms: expect.any(Number) as unknown },
      running: { list_price_usd: expect.any(Number) as unknown },
    });
    const stranger = await app.signUp();
    const hidden = await app.call('GET', `/api/v1/usage?deployment_id=${id}`, { token: stranger.token });
    expect(hidden.body).toMatchObject({ items: [], total: { calls: 0 }, running: { hours: 0 } });
  });

  it('is refused beforehand for what is known to be wrong', async () => {
    const { tool } = own;
    const call = (name: string, json: object, query = '?async=true') =>
      app.call('POST', `/mcp/${tool.slug}/v1/tools/${name}${query}`, { token: owner.token, json });
    expect((await call('no-such-tool', {})).status).toBe(404);
    const refused = await call('sum', { a: 'two' });
    expect([refused.status, refused.body['errors']]).toMatchObject([
      422,
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/a', type: 'invalid_type' }),
        expect.objectContaining({ pointer: '/b', type: 'missing' }),
      ]),
    ]);
    expect((await call('sum', { a: 'two', b: 3 }, '')).status).toBe(422);
    expect((await call('sum', { a: 'two', b: 3 }, '?validate=false')).body['errors']).toBeUndefined();
  });
});
