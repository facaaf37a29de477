import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { deployed } from '../deployments/deploy.ts';

/* A remote server that writes down which headers it was sent. */

const seen: IncomingHttpHeaders[] = [];
const results: Readonly<Record<string, object>> = {
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'far', version: '1' } },
  'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [{ type: 'text', text: 'far away' }] },
};
let refusing = false;
/** So many calls find their session gone, as where a server makes room for others. */
let forgetful = 0;
let calls = 0;
const remote = createServer((request, response) => {
  seen.push(request.headers);
  let text = '';
  request.on('data', (chunk: Buffer) => (text += chunk.toString()));
  request.on('end', () => {
    if (refusing) return response.writeHead(401, { 'www-authenticate': 'Bearer realm="far"' }).end();
    const { id, method = '' } = JSON.parse(text || '{}') as { id?: number; method?: string };
    if (id === undefined) return response.writeHead(202).end();
    if (method === 'tools/call' && (forgetful -= 1) >= 0) return response.writeHead(404).end();
    if (method === 'tools/call') calls += 1;
    response.writeHead(200, {
      'content-type': 'application/json',
      'mcp-session-id': 'upstream-session',
      'set-cookie': 'a=b',
    });
    return response.end(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }));
  });
});

let app: App;
let owner: SignedUp;
let slug: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve));
  app = await startApp();
  owner = await app.signUp();
  const url = `http://127.0.0.1:${(remote.address() as AddressInfo).port}/mcp`;
  const server = { name: 'far', url, headers: { 'X-Far-Key': '${FAR_KEY}' } };
  const made = await deployed(app, owner.token, { secrets: { FAR_KEY: 'far-secret' } }, server);
  ({ slug } = made.tool);
});
afterAll(() => new Promise((resolve) => remote.close(resolve)));

const call = (method: string, headers: Record<string, string> = {}) =>
  app.call('POST', `/mcp/${slug}/v1`, {
    token: owner.token,
    json: { jsonrpc: '2.0', id: 1, method, params: { name: 'echo', arguments: {} } },
    headers: { accept: 'application/json, text/event-stream', ...headers },
  });

it('gets its own credentials, and none of the caller', async () => {
  seen.length = 0;
  const answer = await call('tools/call', {
    cookie: 'session=1',
    'x-forwarded-for': '1.2.3.4',
    'mcp-method': 'tools/call',
  });
  expect(answer.body).toMatchObject({ result: { content: [{ text: 'far away' }] } });
  expect(seen[0]).toMatchObject({ 'x-far-key': 'far-secret', 'mcp-method': 'tools/call' });
  for (const name of ['authorization', 'cookie', 'x-api-key', 'x-forwarded-for', 'x-runner-secret'])
    expect(seen[0]).not.toHaveProperty(name);
  expect(answer.headers.get('set-cookie')).toBeNull();
});

it('keeps its session id to itself', async () => {
  const opened = await call('initialize');
  const sessionId = opened.headers.get('mcp-session-id') ?? '';
  expect(sessionId).not.toContain('upstream-session');
  seen.length = 0;
  await call('tools/list', { 'mcp-session-id': sessionId });
  expect(seen[0]).toMatchObject({ 'mcp-session-id': 'upstream-session' });
});

it('is asked in another session where it ended the one that was opened for a call', async () => {
  const callTool = () => app.call('POST', `/mcp/${slug}/v1/tools/echo`, { token: owner.token, json: {} });
  [forgetful, calls] = [2, 0];
  expect((await callTool()).body).toEqual(results['tools/call']);
  expect(calls).toBe(1);
  // One that knows no session at all is not asked for ever.
  forgetful = 100;
  expect((await callTool()).status).toBe(503);
  expect([forgetful, calls]).toEqual([96, 1]);
  forgetful = 0;
});

it('that refuses its credentials is not mistaken for the platform refusing the caller', async () => {
  refusing = true;
  const answer = await call('tools/list');
  refusing = false;
  expect([answer.status, answer.body]).toMatchObject([
    502,
    { id: 1, error: { data: { error_code: 'UPSTREAM_ERROR' } } },
  ]);
  expect(answer.headers.get('www-authenticate')).toBeNull();
});

it('may speak the revision without a handshake alone', async () => {
  const asked: string[] = [];
  const modern = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const {
        id,
        method = '',
        params,
      } = JSON.parse(text) as { id?: number; method?: string; params?: Record<string, unknown> };
      const { 'mcp-method': said, 'mcp-protocol-version': version } = request.headers;
      response.setHeader('content-type', 'application/json');
      if (said !== method || version !== '2026-07-28' || !JSON.stringify(params).includes('clientCapabilities')) {
        const error = { code: -32_022, message: 'Unsupported protocol version' };
        return response.writeHead(400).end(JSON.stringify({ jsonrpc: '2.0', id, error }));
      }
      asked.push(`${method} ${String(request.headers['mcp-name'] ?? '')}`.trim());
      const answers: Readonly<Record<string, object>> = {
        ...results,
        'server/discover': { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } },
      };
      return response.end(
        JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...answers[method] } }),
      );
    });
  });
  await new Promise<void>((resolve) => modern.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(modern.address() as AddressInfo).port}/mcp`;
  const { tool, view } = await deployed(app, owner.token, {}, { name: 'modern', url });
  expect(view).toMatchObject({ status: 'running', protocol_version: '2026-07-28' });
  const answer = await app.call('POST', `/mcp/${tool.slug}/v1/tools/echo`, { token: owner.token, json: {} });
  expect(answer.text).toContain('far away');
  expect(asked).toContain('tools/call echo');
  await new Promise((resolve) => modern.close(resolve));
});
