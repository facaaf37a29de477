import { beforeAll, expect, test } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { deployed } from '../deployments/deploy.ts';

/* A stream is a function that runs as long as somebody listens: the operator limits them, or offers none. */

let app: App;
let owner: SignedUp;
let path: string;
beforeAll(async () => {
  app = await startApp({ env: { MCP_LISTEN: 'off', QUOTAS: '{"streams":1}', RATE_LIMIT_SCALE: '1000' } });
  owner = await app.signUp();
  const { tool } = await deployed(app, owner.token);
  path = `/mcp/${tool.slug}/v1`;
});

const accept = 'application/json, text/event-stream';

async function initialize(): Promise<string> {
  const { status, headers, text } = await app.call('POST', path, {
    token: owner.token,
    headers: { accept },
    json: {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    },
  });
  expect([status, text]).toEqual([200, expect.any(String)]);
  return headers.get('mcp-session-id') ?? '';
}

test('with MCP_LISTEN=off a stream for the server is answered 405, with what is allowed, and calls go on', async () => {
  const session = await initialize();
  const headers = { accept: 'text/event-stream', 'mcp-session-id': session };
  const refused = await app.call('GET', path, { token: owner.token, headers });
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST, DELETE']);
  const listed = await app.call('POST', path, {
    token: owner.token,
    headers: { accept, 'mcp-session-id': session },
    json: { jsonrpc: '2.0', id: 2, method: 'tools/list' },
  });
  expect(listed.status).toBe(200);
  expect(listed.text).toContain('"tools"');
});

test('one stream too many is 429 with the time of the next try, and room again when the first has ended', async () => {
  const listen = (signal?: AbortSignal) =>
    fetch(`${app.url}/events`, {
      headers: { authorization: `Bearer ${owner.token}` },
      ...(signal && { signal }),
    });
  const first = new AbortController();
  const open = await listen(first.signal);
  await open.body?.getReader().read();
  const refused = await listen();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
  expect(await refused.json()).toMatchObject({
    error_code: 'RATE_LIMIT_EXCEEDED',
    quota: 'streams',
    limit: 1,
    used: 1,
    scope: 'person',
  });
  first.abort();
});
