import { beforeAll, describe, expect, it } from 'vitest';
import { discover, ofKind } from '../../infra/discover.ts';
import { splitRoute } from '../../lib/kernel/http/openapi.ts';
import { type App, type CallOptions, type Reply, startApp } from '../harness.ts';
import { inBatches } from './in-batches.ts';

/* Every endpoint that is found, with input that makes no sense: the contract's problem (or the refusal of the endpoint's own standard), never a 5xx. */

let app: App;
let token: string;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '1000' } });
  ({ token } = await app.enterAdmin());
});

const endpoints = ofKind(await discover(), 'endpoint')
  .filter(({ declaration }) => !declaration.route.startsWith('ANY '))
  .map(({ id, declaration }) => ({ id, declaration, ...splitRoute(declaration.route) }));
type Endpoint = (typeof endpoints)[number];

const withBody = endpoints.filter(({ declaration }) => declaration.body);
// These are the same for every slug, so that nobody learns from them which there are.
const same = new Set(['get-server-metadata', 'show-connect', 'submit-connect']);
const withIds = endpoints.filter(({ id, path }) => path.includes('{') && !same.has(id));
const guarded = endpoints.filter(({ declaration: { permission } }) => !['public', 'recognised'].includes(permission));
const leaks = /node_modules|\.ts:\d|at async|ER_[A-Z]+|Mongo|ECONN/;
const unknown = '019c1385-1a40-7000-8000-0000000000ff';
const concrete = (path: string, value = unknown) => path.replace(/\{[^}]+\}/g, value);

/** What `check` finds wrong, endpoint by endpoint. */
async function faultsOf(asked: readonly Endpoint[], check: (endpoint: Endpoint) => Promise<void>): Promise<string[]> {
  const faults = await inBatches(asked, (endpoint) =>
    check(endpoint).then(
      () => undefined,
      (error: Error) => `${endpoint.id}: ${error.message}`,
    ),
  );
  return faults.filter((fault) => fault !== undefined);
}

const send = ({ method, path }: Endpoint, options: CallOptions) =>
  app.call(method, concrete(path), { token, ...options });

function expectProblem(reply: Reply, statuses: readonly number[]): void {
  expect(statuses, reply.text).toContain(reply.status);
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  expect(reply.body).toMatchObject({
    type: expect.stringMatching(/^urn:mcp-platform:problem:/) as unknown,
    title: expect.any(String) as unknown,
    status: reply.status,
    detail: expect.any(String) as unknown,
    error_code: expect.stringMatching(/^[A-Z_]+$/) as unknown,
    request_id: reply.headers.get('x-request-id'),
  });
  expect(reply.text).not.toMatch(leaks);
}

/**
 * What an endpoint that reads its body as text says of a body that makes no sense. It looks at no content type and has no schema for the body, so:
 * a signature that is not there is refused before the body is looked at, and OAuth's endpoints answer as their standard has it, which their
 * declarations describe by `answers`.
 */
function expectTextRefusal({ answers, problems = [], produces }: Endpoint['declaration'], reply: Reply): boolean {
  if (problems.includes('unauthorized')) {
    expectProblem(reply, [401]);
    return true;
  }
  const form = answers?.[400];
  if (!form) return false;
  expect(reply.status, reply.text).toBe(400);
  expect(reply.headers.get('content-type')).toBe(produces);
  expect(form.safeParse(produces === 'application/json' ? reply.body : reply.text).error).toBeUndefined();
  if (produces === 'application/json') expect(Object.keys(reply.body)).toEqual(['error', 'error_description']);
  expect(reply.headers.get('x-request-id')).toBeTruthy();
  expect(reply.text).not.toMatch(leaks);
  return true;
}

const json = { 'content-type': 'application/json' };
const numbers = '{"name":1,"username":1,"email":1,"password":1,"slug":1,"version":1,"config":1,"refresh_token":1}';

describe('every endpoint with a body', () => {
  it.each([
    ['JSON that is cut off in a character', () => new Uint8Array([0x7b, 0x22, 0xc3]), 400],
    ['a body above its limit', (limit: number) => `"${'x'.repeat(limit)}"`, 413],
  ] as const)('answers a problem to %s', async (_what, rawOf, status) => {
    const faults = await faultsOf(withBody, async (endpoint) => {
      const raw = rawOf(endpoint.declaration.maxTextBytes ?? 1_000_000);
      expectProblem(await send(endpoint, { raw, headers: json }), [status]);
    });
    expect(withBody.length).toBeGreaterThan(25);
    expect(faults).toEqual([]);
  });

  it('answers a problem to a body above what Lambda takes, in whichever way it reads bodies', async () => {
    const raw = `"${'x'.repeat(7_000_000)}"`;
    const ofEachKind = new Map(withBody.map((each) => [each.declaration.bodyAs, each])).values();
    for (const endpoint of ofEachKind) expectProblem(await send(endpoint, { raw, headers: json }), [413]);
  });

  it.each([
    ['no JSON', { raw: '{"a":', headers: json }, [400]],
    ['another content type', { raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, [415]],
    ['a list', { raw: '[]', headers: json }, [422]],
    ['null', { raw: 'null', headers: json }, [422]],
    ['numbers for everything', { raw: numbers, headers: json }, [422]],
    ['unknown fields', { raw: '{"__proto__":{"admin":true},"constructor":1,"x":1}', headers: json }, [422]],
    ['very deep JSON', { raw: `{"config":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, headers: json }, [400, 422]],
  ] as const)('refuses %s', async (_what, options, statuses) => {
    const faults = await faultsOf(withBody, async (endpoint) => {
      const reply = await send(endpoint, options);
      if (endpoint.declaration.bodyAs === 'text' && expectTextRefusal(endpoint.declaration, reply)) return;
      expectProblem(reply, statuses);
    });
    expect(faults).toEqual([]);
  });

  it('refuses an empty body, unless it can do without', async () => {
    const faults = await faultsOf(withBody, async (endpoint) => {
      const { declaration } = endpoint;
      const canDoWithout = declaration.body?.safeParse(undefined).success === true;
      // What is done without a body may end the session.
      const own = canDoWithout ? (await app.enterAdmin()).token : token;
      const reply = await send(endpoint, { token: own, raw: '' });
      if (declaration.bodyAs === 'text' && expectTextRefusal(declaration, reply)) return;
      if (!canDoWithout) expectProblem(reply, [400]);
      // A code may be left out as far as the body's shape goes; what is asked for is done with one only.
      else if (declaration.problems?.includes('totp-required')) expectProblem(reply, [401]);
      // The thing in the path is nobody's.
      else if (endpoint.path.includes('{')) expectProblem(reply, [404]);
      else expect(reply.status, reply.text).toBeLessThan(300);
    });
    expect(faults).toEqual([]);
  });
});

describe('every endpoint', () => {
  it.each([
    ['an id of nothing', unknown],
    ['no UUID', '0'],
    ['NUL', '%00'],
    ['an emoji', '%F0%9F%8E%89'],
    ['a way out', '..%2F..%2Fetc'],
    ['SQL', "'%20OR%201=1"],
    ['300 characters', 'x'.repeat(300)],
  ])('that takes ids answers a problem to %s', async (_what, value) => {
    const faults = await faultsOf(withIds, async ({ method, path, declaration }) => {
      const options = { token, ...(declaration.body && { json: {} }) };
      expectProblem(await app.call(method, concrete(path, value), options), [400, 404, 405, 422]);
    });
    expect(faults).toEqual([]);
  });

  it.each([
    ['none', {}],
    ['a made-up token', { authorization: 'Bearer x.y.z' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a made-up key', { 'x-api-key': 'mcp_live_x' }],
    ['a key of other characters', { 'x-api-key': '\u00ff' }],
  ])('that is guarded lets nobody in with a credential that is no good: %s', async (_what, headers) => {
    const faults = await faultsOf(guarded, async ({ method, path }) => {
      const reply = await app.call(method, concrete(path), { headers });
      expectProblem(reply, [401]);
      expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer/);
    });
    expect(guarded.length).toBeGreaterThan(40);
    expect(faults).toEqual([]);
  });

  it('says what it takes when the method is wrong', async () => {
    const faults = await faultsOf(endpoints, async ({ method, path }) => {
      const taken = endpoints.filter((each) => each.path === path).map((each) => each.method);
      const wrong = ['PATCH', 'PUT', 'DELETE'].find((each) => !taken.includes(each)) ?? 'TRACE';
      const reply = await app.call(wrong, concrete(path), { token });
      expectProblem(reply, [405]);
      expect(reply.headers.get('allow')).toContain(method);
    });
    expect(faults).toEqual([]);
  });

  it('is documented under its name', async () => {
    const { body } = await app.call('GET', '/api/openapi.json');
    for (const { id, method, path } of endpoints)
      expect(body).toHaveProperty(['paths', path, method.toLowerCase(), 'operationId'], id);
  });
});
