import { beforeAll, describe, expect, it } from 'vitest';
import { discover, ofKind } from '../../infra/discover.ts';
import { splitRoute } from '../../lib/kernel/http/openapi.ts';
import { type App, type CallOptions, type Reply, startApp } from '../harness.ts';

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
const withBody = endpoints.filter(({ declaration }) => declaration.body);
type Declared = (typeof endpoints)[number]['declaration'];
const leaks = /node_modules|\.ts:\d|at async|ER_[A-Z]+|Mongo|ECONN/;
const unknown = '019c1385-1a40-7000-8000-0000000000ff';
const concrete = (path: string, value = unknown) => path.replace(/\{[^}]+\}/g, value);

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
function expectTextRefusal({ answers, problems = [], produces }: Declared, reply: Reply): boolean {
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

describe.each(withBody)('$id', ({ method, path, declaration }) => {
  const send = (options: CallOptions) => app.call(method, concrete(path), { token, ...options });
  const json = { 'content-type': 'application/json' };
  const limit = declaration.maxTextBytes ?? 1_000_000;

  it.each([
    ['JSON that is cut off in a character', { raw: new Uint8Array([0x7b, 0x22, 0xc3]), headers: json }, 400],
    ['a body above its limit', { raw: `"${'x'.repeat(limit)}"`, headers: json }, 413],
    ['a body above what Lambda takes', { raw: `"${'x'.repeat(7_000_000)}"`, headers: json }, 413],
  ] as const)('answers a problem to %s', async (_what, options, status) => {
    expectProblem(await send(options), [status]);
  });

  it.each([
    ['no JSON', { raw: '{"a":', headers: json }, [400]],
    ['another content type', { raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, [415]],
    ['a list', { raw: '[]', headers: json }, [422]],
    ['null', { raw: 'null', headers: json }, [422]],
    [
      'numbers for everything',
      {
        raw: '{"name":1,"username":1,"email":1,"password":1,"slug":1,"version":1,"config":1,"refresh_token":1}',
        headers: json,
      },
      [422],
    ],
    ['unknown fields', { raw: '{"__proto__":{"admin":true},"constructor":1,"x":1}', headers: json }, [422]],
    ['very deep JSON', { raw: `{"config":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, headers: json }, [400, 422]],
  ] as const)('refuses %s', async (_what, options, statuses) => {
    const reply = await send(options);
    if (declaration.bodyAs === 'text' && expectTextRefusal(declaration, reply)) return;
    expectProblem(reply, statuses);
  });

  it('refuses an empty body, unless it can do without', async () => {
    const own = await app.enterAdmin();
    const reply = await app.call(method, concrete(path), { token: own.token, raw: '' });
    if (declaration.bodyAs === 'text' && expectTextRefusal(declaration, reply)) return;
    if (!declaration.body?.safeParse(undefined).success) expectProblem(reply, [400]);
    // A code may be left out as far as the body's shape goes; what is asked for is done with one only.
    else if (declaration.problems?.includes('totp-required')) expectProblem(reply, [401]);
    else expect(reply.status).toBeLessThan(300);
  });
});

describe.each(endpoints)('$id', ({ id, method, path, declaration }) => {
  // Metadata is the same for every slug, so that nobody learns from it which there are.
  it.runIf(path.includes('{') && id !== 'get-server-metadata')(
    'answers a problem to ids that make no sense',
    async () => {
      const raw = declaration.body ? { json: {} } : {};
      for (const value of [unknown, '0', '%00', '%F0%9F%8E%89', '..%2F..%2Fetc', "'%20OR%201=1", 'x'.repeat(300)]) {
        expectProblem(await app.call(method, concrete(path, value), { token, ...raw }), [400, 404, 405, 422]);
      }
    },
  );

  it.runIf(declaration.permission !== 'public' && declaration.permission !== 'recognised')(
    'lets nobody in without a credential',
    async () => {
      for (const headers of [
        {},
        { authorization: 'Bearer x.y.z' },
        { authorization: 'Basic YTpi' },
        { 'x-api-key': 'mcp_live_x' },
        { 'x-api-key': '\u00ff' },
      ]) {
        const reply = await app.call(method, concrete(path), { headers });
        expectProblem(reply, [401]);
        expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer/);
      }
    },
  );

  it('says what it takes when the method is wrong', async () => {
    const wrong = method === 'PATCH' ? 'PUT' : 'PATCH';
    const reply = await app.call(wrong, concrete(path), { token });
    expectProblem(reply, [405]);
    expect(reply.headers.get('allow')).toContain(method);
  });

  it('is documented under its name', async () => {
    const { body } = await app.call('GET', '/api/openapi.json');
    expect(body).toHaveProperty(['paths', path, method.toLowerCase(), 'operationId'], id);
  });
});
