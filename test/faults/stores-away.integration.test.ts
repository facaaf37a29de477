import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { type App, type CallOptions, startApp } from '../harness.ts';
import { someOf } from '../runs.ts';
import { freshDatabase } from '../stores.ts';
import { waitUntil } from '../wait-until.ts';
import { startStoreNetwork, storeFaults, type StoreNetwork } from './store-network.ts';

/*
 * Every store × every way in which it can be away, asked by one call of each kind: the answer is the one that functions/README.md names, in time; nobody is let in who should not be;
 * and all is well soon after the store is. `npm run faults:stores` tries all of it, `npm test` three of the twenty-five.
 */

const storeNames = ['mysql', 'mongodb', 'redis', 'dynamodb', 'sqs'] as const;
type StoreName = (typeof storeNames)[number];

/** What a caller may count on. */
const answerMs = 15_000;
const healthMs = 2000;
const recoveryMs = 30_000;

const every = storeNames.flatMap((store) => storeFaults.map((fault) => [store, fault] as const));

interface Kind {
  readonly name: string;
  readonly ask: () => Promise<number>;
  /** With all stores there. */
  readonly well: number;
  /** Without one: 503 where it says nothing else. */
  readonly without: Partial<Record<StoreName, number>>;
  readonly withinMs?: number;
}

const unavailable = (...stores: readonly StoreName[]): Kind['without'] =>
  Object.fromEntries(stores.map((store) => [store, 503]));

let app: App;
let kinds: readonly Kind[];
const networks = new Map<StoreName, StoreNetwork>();

beforeAll(async () => {
  const stores = inject('stores');
  const urls = {
    mysql: (await freshDatabase()).url,
    mongodb: new URL(`/s${randomBytes(5).toString('hex')}`, stores.mongodb).href,
    redis: stores.redis,
    dynamodb: stores.dynamodb,
    sqs: stores.sqs,
  };
  for (const store of storeNames) networks.set(store, await startStoreNetwork(urls[store]));
  const through = Object.fromEntries([...networks].map(([store, { url }]) => [store, url]));
  app = await startApp({ urls: through, env: { QUOTAS: '{"sockets":1000,"streams":1000}' } });
  kinds = await everyKind();
  await untilWell(recoveryMs);
  return async () => {
    for (const network of networks.values()) await network.close();
  };
});

async function everyKind(): Promise<readonly Kind[]> {
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
    { name: 'event stream', ask: () => openStream(ada.token), well: 200, without: unavailable('dynamodb') },
    { name: 'WebSocket', ask: () => openSocket(ada.token), well: 101, without: unavailable('dynamodb', 'sqs') },
  ];
}

async function openStream(token: string): Promise<number> {
  const leaving = new AbortController();
  const { status } = await fetch(`${app.url}/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leaving.signal,
  });
  leaving.abort();
  return status;
}

async function openSocket(token: string): Promise<number> {
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

const askAll = () =>
  Promise.all(
    kinds.map(async ({ name, ask }) => {
      const startedAt = performance.now();
      const status = await ask();
      return { name, status, ms: Math.round(performance.now() - startedAt) };
    }),
  );

/** @throws Error that names what is not answered as it should be. */
async function untilWell(ms: number): Promise<void> {
  let wrong: string[] = [];
  const look = async (): Promise<boolean> => {
    const answers = await askAll();
    wrong = answers.flatMap(({ name, status }, n) => (status === kinds[n]?.well ? [] : [`${name} ${status}`]));
    return wrong.length === 0;
  };
  await waitUntil('everything is answered', look, ms).catch((error: Error) => {
    throw new Error(`${error.message} ${wrong.join(', ')}`, { cause: error });
  });
}

describe.each(someOf(every, 0.1))('%s, %s', (store, fault) => {
  it('gives the documented answers in time, and all of them again soon after', { timeout: 180_000 }, async () => {
    const network = networks.get(store);
    network?.fail(fault);
    // The first calls meet connections that are open, the second none.
    const rounds = [await askAll(), await askAll()];
    await network?.resume();
    const resumedAt = performance.now();
    await untilWell(recoveryMs);
    const recovered = Math.round(performance.now() - resumedAt);
    const found = rounds.flat().map(({ name, status, ms }) => {
      const { well = 0, without = {}, withinMs = answerMs } = kinds.find((kind) => kind.name === name) ?? {};
      const due = without[store] ?? well;
      return [
        name,
        status === due ? `${status}` : `${status}, not ${due}`,
        ms <= withinMs ? 'in time' : `after ${ms} ms`,
      ];
    });
    const slowest = rounds.flat().toSorted((one, other) => other.ms - one.ms)[0];
    process.stdout.write(
      `| ${store} | ${fault} | ${((slowest?.ms ?? 0) / 1000).toFixed(1)} s (${slowest?.name}) | ${(recovered / 1000).toFixed(1)} s |\n`,
    );
    expect(recovered).toBeLessThan(recoveryMs);
    expect(found.filter(([, status = '', time]) => status.includes('not') || time !== 'in time')).toEqual([]);
  });
});
