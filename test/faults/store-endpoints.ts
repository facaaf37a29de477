import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import type { App, CallOptions } from '../harness.ts';

export const storeNames = ['mysql', 'mongodb', 'redis', 'dynamodb', 'sqs'] as const;
export type StoreName = (typeof storeNames)[number];

/** `GET /health` says within this what is away. */
const healthMs = 2000;

/** One call of each kind that the API has, with its answer when a store is away. */
export interface Kind {
  readonly name: string;
  readonly ask: () => Promise<number>;
  /** With all stores there. */
  readonly well: number;
  /** Without a store, where that is another answer. */
  readonly without: Partial<Record<StoreName, number>>;
  readonly withinMs?: number;
}

const unavailable = (...stores: readonly StoreName[]): Kind['without'] =>
  Object.fromEntries(stores.map((store) => [store, 503]));

export async function everyKind(app: App): Promise<readonly Kind[]> {
  const [ada, viewer, gone, admin] = await Promise.all([
    app.signUp(),
    app.signUp('viewer'),
    app.signUp(),
    app.enterAdmin(),
  ]);
  await app.call('POST', '/api/v1/auth/logout', { token: gone.token });
  const slug = `away-${randomBytes(5).toString('hex')}`;
  const tool = (more: object = {}) => ({ name: 'A', slug, version: '1.0.0', config: { servers: [] }, ...more });
  expect((await app.call('POST', '/api/v1/mcps', { token: ada.token, json: tool() })).status).toBe(201);
  let count = 0;
  const fresh = (): string => `${slug}-${(count += 1)}`;
  const call =
    (method: string, path: string | (() => string), options: () => CallOptions = () => ({})): Kind['ask'] =>
    async () => {
      const text = typeof path === 'string' ? path : path();
      return (await app.call(method, text, options())).status;
    };
  const as =
    ({ token }: { token: string }, json?: () => unknown) =>
    (): CallOptions => ({
      token,
      ...(json && { json: json() }),
    });
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } },
  };
  const mcp = { accept: 'application/json, text/event-stream' };
  return [
    { name: 'liveness', ask: call('GET', '/health/live'), well: 200, without: {} },
    {
      name: 'health',
      ask: call('GET', '/health'),
      well: 200,
      without: unavailable('mysql', 'dynamodb'),
      withinMs: healthMs,
    },
    { name: 'description', ask: call('GET', '/api/openapi.json'), well: 200, without: {} },
    { name: 'signing keys', ask: call('GET', '/.well-known/jwks.json'), well: 200, without: {} },
    {
      name: 'login',
      ask: call('POST', '/api/v1/auth/login', () => ({ json: { username: ada.username, password: ada.password } })),
      well: 200,
      without: unavailable('mysql', 'dynamodb'),
    },
    {
      name: 'wrong password',
      ask: call('POST', '/api/v1/auth/login', () => ({ json: { username: ada.username, password: 'Wrong1password' } })),
      well: 401,
      without: unavailable('mysql', 'dynamodb'),
    },
    { name: 'ended session', ask: call('GET', '/api/v1/mcps', as(gone)), well: 401, without: unavailable('dynamodb') },
    {
      name: 'missing permission',
      ask: call(
        'POST',
        '/api/v1/mcps',
        as(viewer, () => tool({ slug: fresh() })),
      ),
      well: 403,
      without: unavailable('dynamodb'),
    },
    {
      name: 'foreign tool',
      ask: call(
        'PUT',
        `/api/v1/mcps/${slug}`,
        as({ token: (await app.signUp()).token }, () => ({ name: 'B' })),
      ),
      well: 403,
      without: unavailable('mysql', 'dynamodb'),
    },
    { name: 'ticket', ask: call('POST', '/api/v1/auth/ticket', as(ada)), well: 201, without: unavailable('dynamodb') },
    {
      name: 'read tool',
      ask: call('GET', `/api/v1/mcps/${slug}`, as(ada)),
      well: 200,
      without: unavailable('mysql', 'dynamodb'),
    },
    {
      name: 'search tools',
      ask: call('GET', () => `/api/v1/mcps?search=${fresh()}`, as(ada)),
      well: 200,
      without: unavailable('mysql', 'dynamodb'),
    },
    {
      name: 'create tool',
      ask: call(
        'POST',
        '/api/v1/mcps',
        as(ada, () => tool({ slug: fresh() })),
      ),
      well: 201,
      without: unavailable('mysql', 'dynamodb'),
    },
    {
      name: 'history',
      ask: call('GET', `/api/v1/mcps/${slug}/history`, as(ada)),
      well: 200,
      without: unavailable('mysql', 'mongodb', 'dynamodb'),
    },
    {
      name: 'deployments',
      ask: call('GET', '/api/v1/deployments', as(ada)),
      well: 200,
      without: unavailable('mysql', 'dynamodb'),
    },
    {
      name: 'tasks',
      ask: call('GET', '/api/v1/tasks', as(ada)),
      well: 200,
      without: unavailable('mongodb', 'dynamodb'),
    },
    {
      name: 'analysis',
      ask: call(
        'POST',
        '/api/v1/analyze/feasibility',
        as(ada, () => ({ config: { servers: [{ name: fresh(), command: 'x' }] } })),
      ),
      well: 202,
      without: unavailable('mongodb', 'dynamodb'),
    },
    {
      name: 'add document',
      ask: call(
        'POST',
        '/api/v1/knowledge/documents',
        as(ada, () => ({ title: fresh(), content: 'A quay.' })),
      ),
      well: 201,
      without: unavailable('mongodb', 'dynamodb'),
    },
    {
      name: 'search documents',
      ask: call(
        'POST',
        '/api/v1/knowledge/search',
        as(ada, () => ({ query: fresh() })),
      ),
      well: 200,
      without: unavailable('mongodb', 'dynamodb'),
    },
    {
      name: 'MCP',
      ask: call('POST', '/mcp/v1', () => ({ token: ada.token, json: initialize, headers: mcp })),
      well: 200,
      without: unavailable('dynamodb'),
    },
    {
      name: 'call tool',
      ask: call(
        'POST',
        `/mcp/${slug}/v1/tools/echo`,
        as(ada, () => ({})),
      ),
      well: 404,
      without: unavailable('mysql', 'dynamodb'),
    },
    {
      name: 'registry',
      ask: call('GET', () => `/v0.1/servers?search=${fresh()}`),
      well: 200,
      without: unavailable('mysql'),
    },
    { name: 'metrics', ask: call('GET', '/metrics', as(admin)), well: 200, without: unavailable('mysql', 'dynamodb') },
    {
      name: 'audit',
      ask: call('GET', '/api/v1/audit', as(admin)),
      well: 200,
      without: unavailable('mysql', 'dynamodb'),
    },
    {
      name: 'forged webhook',
      ask: call('POST', '/api/v1/github/webhook', () => ({
        json: { repository: { id: 1 } },
        headers: {
          'x-github-event': 'push',
          'x-github-delivery': crypto.randomUUID(),
          'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
        },
      })),
      well: 401,
      without: unavailable('dynamodb'),
    },
    { name: 'event stream', ask: () => openStream(app, ada.token), well: 200, without: unavailable('dynamodb') },
    { name: 'WebSocket', ask: () => openSocket(app, ada.token), well: 101, without: unavailable('dynamodb', 'sqs') },
  ];
}

async function openStream(app: App, token: string): Promise<number> {
  const leaving = new AbortController();
  const { status } = await fetch(`${app.url}/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leaving.signal,
  });
  leaving.abort();
  return status;
}

async function openSocket(app: App, token: string): Promise<number> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const status = await Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => (response as { statusCode: number }).statusCode),
  ]);
  socket.terminate();
  return status;
}
