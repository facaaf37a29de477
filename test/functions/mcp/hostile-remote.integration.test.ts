import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { waitUntil } from '../../wait-until.ts';
import { deployed } from '../deployments/deploy.ts';

/* A remote server that means ill. What it answers, the test sets before each call. */

type Answering = (response: ServerResponse, message: { readonly id: number }, request: IncomingMessage) => void;

const honest: Readonly<Record<string, object>> = {
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'far', version: '1' } },
  'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] },
};
let answering: Answering | undefined;
let calls = 0;
const remote = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk: Buffer) => (text += chunk.toString()));
  request.on('end', () => {
    const message = JSON.parse(text || '{}') as { id: number; method?: string };
    if (message.id === undefined) return void response.writeHead(202).end();
    if (answering && message.method === 'tools/call') {
      calls += 1;
      return answering(response, message, request);
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: honest[message.method ?? ''] ?? {} }));
  });
});

let app: App;
let owner: SignedUp;
let slug: string;
let id: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve));
  app = await startApp();
  owner = await app.signUp();
  const url = `http://127.0.0.1:${(remote.address() as AddressInfo).port}/mcp`;
  const made = await deployed(app, owner.token, {}, { name: 'far', url });
  ({ id } = made);
  ({ slug } = made.tool);
});
afterAll(() => {
  remote.closeAllConnections();
  remote.close();
});

const call = (headers: Record<string, string> = {}, json: object = {}) =>
  app.call('POST', `/mcp/${slug}/v1/tools/echo`, { token: owner.token, json, headers });
const typed =
  (type: string, status = 200, more: Record<string, string> = {}): Answering =>
  (response) =>
    void response.writeHead(status, { 'content-type': type, ...more }).end('<script>alert(1)</script>');

describe('a hostile answer on our origin', () => {
  it.each([
    ['text/html', 200],
    ['image/svg+xml', 200],
    ['text/javascript', 200],
    ['text/html', 302],
    ['application/json', 307],
    ['application/json', 599],
  ])('%s with status %i becomes 502 or 504 with a reason, and nothing of it passes', async (type, status) => {
    answering = typed(type, status, { location: 'https://evil.example/', 'set-cookie': 'a=b', refresh: '0' });
    const reply = await call();
    expect([502, 504]).toContain(reply.status);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    for (const name of ['location', 'set-cookie', 'refresh'])
      expect([name, reply.headers.get(name)]).toEqual([name, null]);
    expect(reply.text).not.toContain('<script>');
  });

  it.each<[string, Answering]>([
    [
      'half a JSON',
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc"'),
    ],
    ['a connection that breaks', (response) => void response.destroy()],
    [
      'an event that never ends',
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const filling = setInterval(() => response.write('data: '.concat('x'.repeat(65_536))), 5);
        response.on('close', () => clearInterval(filling));
      },
    ],
  ])('%s is not our 500', async (_, hostile) => {
    answering = hostile;
    expect([502, 504]).toContain((await call()).status);
  });
});

describe('each call counts once,', () => {
  const counted = async (): Promise<number> => {
    const { body } = await app.call('GET', `/api/v1/deployments/${id}`, { token: owner.token });
    return (body['metrics'] as { requests_total: number }).requests_total;
  };

  it('whatever its X-Request-Id, and whatever code the server fails with', async () => {
    const errors = ['é', '😀'.repeat(100), '\u0000', -1, { nested: true }];
    answering = (response, { id: messageId }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const error = { code: errors[calls % errors.length], message: 'no' };
      response.end(JSON.stringify({ jsonrpc: '2.0', id: messageId, error }));
    };
    // What was called before may still be on its way.
    let before = await counted();
    let since = performance.now();
    const rests = async (): Promise<boolean> => {
      const now = await counted();
      if (now !== before) [before, since] = [now, performance.now()];
      return performance.now() - since > 2_000;
    };
    await waitUntil('a count that rests', rests);
    for (let count = 0; count < 10; count += 1) await call({ 'x-request-id': 'same-1234567890' });
    await expect.poll(counted, { interval: 500 }).toBe(before + 10);
  });
});

describe('a server that leads back to the platform', () => {
  it('is called once and not again and again', async () => {
    answering = (response, message, request) => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => name.startsWith('x-mcp') || name.startsWith('mcp-')),
      ) as Record<string, string>;
      void (async () => {
        const reply = await call(headers);
        response.writeHead(200, { 'content-type': 'application/json' });
        const content = [{ type: 'text', text: String(reply.status) }];
        response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { content } }));
      })();
    };
    calls = 0;
    const reply = await call();
    expect(calls).toBe(1);
    expect(reply.text).toMatch(/508|502|400|403/);
  });
});
