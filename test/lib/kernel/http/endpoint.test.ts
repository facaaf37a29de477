import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { endpoint } from '../../../../lib/kernel/http/endpoint.ts';
import { perMinute, perMinutePerAddress } from '../../../../lib/kernel/http/rate-limit.ts';
import { Problem } from '../../../../lib/kernel/errors/problem.ts';
import { context, developer, httpEvent, trialHost, type EventParts, type TrialHost } from '../fixtures.ts';
import { takesTime } from '../../../wait-until.ts';

const Thing = z.strictObject({ name: z.string().min(1).max(5), size: z.int().optional() });
let seen: unknown[] = [];

const createThing = endpoint({
  route: 'POST /things/{id}',
  summary: 'Make a thing',
  permission: 'mcps:create',
  params: z.object({ id: z.string().max(3) }),
  query: z.object({ dry: z.enum(['yes', 'no']).default('no') }),
  body: Thing,
  output: z.object({ name: z.string() }),
  status: 201,
  headers: ({ name }) => ({ location: `/things/${name}` }),
  run: async (call) => {
    seen.push(call);
    if (call.body.name === 'taken') throw new Problem('slug-taken', { detail: 'taken', cause: new Error('inner') });
    if (call.body.name === 'bug') throw new TypeError('secret internals');
    if (call.body.name === 'slow') await takesTime(2000);
    return { name: call.body.name, password: 'hunter2' };
  },
});

let host: TrialHost;
beforeEach(() => {
  seen = [];
  host = trialHost(
    { CORS_ORIGINS: 'https://ui.example', RATE_LIMITS: '{"free":"off","tight":1}' },
    { good: developer, weak: { ...developer, permissions: [] } },
  );
});

const post = async (parts: EventParts, remainingMs?: number) => {
  const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer good', ...parts.headers };
  const answer = await createThing(
    httpEvent('POST', '/things/1', { params: { id: '1' }, body: '{"name":"a"}', ...parts, headers }),
    context('create-thing', remainingMs),
  );
  return { ...answer, json: (answer.body === '' ? {} : JSON.parse(answer.body)) as Record<string, unknown> };
};

describe('an endpoint', () => {
  it('answers what its output schema names and nothing else', async () => {
    const answer = await post({});
    expect(answer).toMatchObject({ statusCode: 201, json: { name: 'a' }, isBase64Encoded: false });
    expect(answer.body).not.toContain('hunter2');
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', location: '/things/a' });
  });

  it('hands over parsed parts and the caller', async () => {
    await post({ body: '{"name":"b","size":3}', query: { dry: ['yes'] } });
    expect(seen[0]).toMatchObject({
      params: { id: '1' },
      query: { dry: 'yes' },
      body: { name: 'b', size: 3 },
      caller: developer,
    });
  });

  it('takes a body that API Gateway has encoded', async () => {
    expect(await post({ body: Buffer.from('{"name":"ü"}').toString('base64'), base64: true })).toMatchObject({
      json: { name: 'ü' },
    });
  });

  it('keeps a harmless request id and replaces any other', async () => {
    const kept = await post({ headers: { 'X-Request-Id': '7' } });
    expect(kept.headers?.['x-request-id']).toBe('7');
    const replaced = await post({ headers: { 'X-Request-Id': 'a\r\nset-cookie: x' } });
    expect(replaced.headers?.['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['nobody is logged in', { headers: { Authorization: '' } }, 401, 'UNAUTHORIZED'],
    ['the credential is unknown', { headers: { Authorization: 'Bearer bad' } }, 401, 'UNAUTHORIZED'],
    [
      'the permission is missing, whatever the body',
      { headers: { Authorization: 'Bearer weak' }, body: 'garbage' },
      403,
      'FORBIDDEN',
    ],
    ['the body is empty', { body: '' }, 400, 'INVALID_REQUEST'],
    ['there is no body', { body: null }, 400, 'INVALID_REQUEST'],
    ['the body is not JSON', { body: '{"name":' }, 400, 'INVALID_REQUEST'],
    [
      'the body is not UTF-8',
      { body: Buffer.from([0x22, 0xff, 0x22]).toString('base64'), base64: true },
      400,
      'INVALID_REQUEST',
    ],
    ['the content type is another', { headers: { 'Content-Type': 'text/plain' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['the body is larger than 1 MB', { body: `{"name":"${'x'.repeat(1_000_000)}"}` }, 413, 'PAYLOAD_TOO_LARGE'],
    ['a field is wrong', { body: '{"name":""}' }, 422, 'VALIDATION_ERROR'],
    ['a path parameter is wrong', { params: { id: 'long' } }, 422, 'VALIDATION_ERROR'],
    ['a query parameter is wrong', { query: { dry: ['maybe'] } }, 422, 'VALIDATION_ERROR'],
    ['the domain refuses', { body: '{"name":"taken"}' }, 409, 'CONFLICT'],
    ['there is a bug', { body: '{"name":"bug"}' }, 500, 'INTERNAL_ERROR'],
  ])('answers a problem when %s', async (_when, parts: EventParts, status, code) => {
    const answer = await post(parts);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers?.['content-type']).toBe('application/problem+json');
    expect(answer.json).toMatchObject({
      status,
      error_code: code,
      instance: '/things/1',
      request_id: answer.headers?.['x-request-id'],
    });
    expect(answer.body).not.toContain('internals');
  });

  it('names every wrong field, by place and by pointer', async () => {
    const { json } = await post({ body: '{"name":7,"size":"x","colour":1}' });
    expect(json['errors']).toEqual([
      { loc: ['body', 'name'], pointer: '/name', msg: expect.any(String), type: 'invalid_type' },
      { loc: ['body', 'size'], pointer: '/size', msg: expect.any(String), type: 'invalid_type' },
      { loc: ['body', 'colour'], pointer: '/colour', msg: 'Unknown field', type: 'unrecognized_keys' },
    ]);
  });

  it('takes null for not given, at every depth, and says so of what is required', async () => {
    expect((await post({ body: '{"name":"a","size":null}' })).statusCode).toBe(201);
    expect((await post({ body: '{"name":null}' })).json).toMatchObject({
      errors: [{ pointer: '/name', msg: 'Field required', type: 'missing' }],
    });
  });

  it('names a parameter of the query that it does not know, and takes an empty one for not given', async () => {
    expect((await post({ query: { dri: ['yes'] } })).json).toMatchObject({
      errors: [{ loc: ['query', 'dri'], pointer: '/dri', msg: 'Unknown parameter', type: 'unrecognized_keys' }],
    });
    expect((await post({ query: { dry: [''] } })).statusCode).toBe(201);
    expect(seen.at(-1)).toMatchObject({ query: { dry: 'no' } });
  });

  it.each([
    ['half a surrogate pair', { body: '{"name":"\\ud83d"}' }, ['body', 'name']],
    ['NUL', { body: '{"name":"\\u0000"}' }, ['body', 'name']],
    ['half a surrogate pair in the name of a member', { body: '{"\\udc00":1}' }, ['body', '\udc00']],
    ['NUL in the query', { query: { dry: ['\0'] } }, ['query', 'dry']],
    ['NUL in the path', { params: { id: '\0' } }, ['path', 'id']],
  ] as const)('refuses %s once, at the gate, and names the place', async (_what, parts, loc) => {
    const answer = await post(parts as EventParts);
    expect(answer).toMatchObject({ statusCode: 422, json: { errors: [{ loc, type: 'malformed_text' }] } });
    expect(seen).toEqual([]);
  });

  it('refuses a compressed body, and says what it takes', async () => {
    const answer = await post({ headers: { 'Content-Encoding': 'gzip' } });
    expect(answer).toMatchObject({ statusCode: 415, headers: { 'accept-encoding': 'identity' } });
    expect((await post({ headers: { 'Content-Encoding': 'identity' } })).statusCode).toBe(201);
  });

  it('says how large a body is and may be', async () => {
    const { json } = await post({ body: 'x'.repeat(1_300_000) });
    expect(json['detail']).toBe('The body is 1,300,000 bytes; the limit is 1,000,000.');
  });

  it('says where JSON breaks, and logs nothing of it', async () => {
    const { json } = await post({ body: '{\n  "name": Hunter2!\n}' });
    expect(json).toMatchObject({
      line: 2,
      column: 11,
      detail: expect.stringContaining('line 2, column 11') as unknown,
    });
    expect(JSON.stringify(host.lines)).not.toContain('Hunter2');
  });

  it('gives each report line an id of its own, whatever the client calls its request', async () => {
    await post({ headers: { 'X-Request-Id': 'same' } });
    await post({ headers: { 'X-Request-Id': 'same' } });
    expect(host.lines.map(({ request_id }) => request_id)).toEqual(['same', 'same']);
    expect(new Set(host.lines.map(({ report_id }) => report_id)).size).toBe(2);
  });

  it('says which permission was missing', async () => {
    expect((await post({ headers: { Authorization: 'Bearer weak' } })).json).toMatchObject({
      required_permission: 'mcps:create',
    });
  });

  it('answers 504 before its own time is up', async () => {
    const answer = await post({ body: '{"name":"slow"}' }, 150);
    expect(answer).toMatchObject({ statusCode: 504, json: { error_code: 'UPSTREAM_TIMEOUT' } });
  });

  it('writes one report line, with what it knows and without bodies', async () => {
    await post({ body: '{"name":"bug"}' });
    expect(host.lines).toHaveLength(1);
    expect(host.lines[0]).toMatchObject({
      level: 'error',
      logger: 'create-thing',
      message: 'POST /things/1 500',
      route: 'POST /things/{id}',
      user_id: developer.userId,
      status: 500,
      error_code: 'INTERNAL_ERROR',
      error: { name: 'TypeError', message: 'secret internals' },
    });
    expect(host.lines[0]).toHaveProperty('ms');
    expect(host.lines[0]).toHaveProperty('cold_start');
  });
});

describe('CORS', () => {
  it('lets the named origin in, with credentials', async () => {
    const { headers } = await post({ headers: { Origin: 'https://ui.example' } });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://ui.example',
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
  });

  it('lets anybody read what is public, without credentials', async () => {
    const readPublic = endpoint({
      route: 'GET /v0.1/servers',
      summary: 'x',
      permission: 'public',
      output: z.object({}),
      run: () => ({}),
    });
    const { headers } = await readPublic(
      httpEvent('GET', '/v0.1/servers', { headers: { Origin: 'vscode-file://vscode-app' } }),
      context('read'),
    );
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*' });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('lets pages of the same machine in where the platform runs on one, and nowhere else', async () => {
    const origin = 'http://localhost:6274';
    expect((await post({ headers: { Origin: origin } })).headers).toMatchObject({
      'access-control-allow-origin': origin,
    });
    trialHost({ BASE_URL: 'https://mcp.example' }, { good: developer });
    expect((await post({ headers: { Origin: origin } })).headers).not.toHaveProperty('access-control-allow-origin');
    const own = { Origin: 'https://mcp.example' };
    expect((await post({ headers: own })).headers).toMatchObject({ 'access-control-allow-origin': own.Origin });
  });

  it('says nothing to another origin, also on an error', async () => {
    const { headers } = await post({ headers: { Origin: 'https://evil.example', Authorization: '' } });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers).toMatchObject({ vary: 'Origin' });
  });
});

describe('a rate limit', () => {
  const limited = (
    limit: Parameters<typeof endpoint>[0]['limit'],
    permission: 'public' | 'recognised' = 'recognised',
  ) =>
    endpoint({
      route: 'GET /x',
      summary: 'x',
      permission,
      ...(limit && { limit }),
      output: z.object({}),
      run: () => ({}),
    });
  const get = (handler: ReturnType<typeof limited>, id: string, token?: string) =>
    handler(
      httpEvent('GET', '/x', { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } }),
      context(id),
    );

  it('counts by caller, and by address where nobody is logged in', async () => {
    await get(limited(perMinute(10)), 'some', 'good');
    await get(limited(perMinute(10)), 'some');
    expect(host.counted).toEqual([`some:user:${developer.userId}`, 'some:ip:192.0.2.7']);
  });

  it('counts by address where the declaration says so', async () => {
    await get(limited(perMinutePerAddress(10)), 'some', 'good');
    expect(host.counted).toEqual(['some:ip:192.0.2.7']);
  });

  it('is told on every answer', async () => {
    expect((await get(limited(perMinute(10)), 'some')).headers).toMatchObject({
      'ratelimit-policy': '"default";q=10;w=60',
      ratelimit: '"default";r=9;t=30',
    });
  });

  it('answers 429 with the time to wait', async () => {
    host.limit = { allowed: false, remaining: 0, resetSeconds: 17 };
    const answer = await get(limited(perMinute(10)), 'some');
    expect(answer.statusCode).toBe(429);
    expect(answer.headers).toMatchObject({ 'retry-after': '17' });
    expect(JSON.parse(answer.body)).toMatchObject({ error_code: 'RATE_LIMIT_EXCEEDED', retry_after: 17 });
  });

  it("is what the operator set, by the function's id", async () => {
    expect((await get(limited(perMinute(10)), 'tight')).headers?.['ratelimit-policy']).toBe('"default";q=1;w=60');
    await get(limited(perMinute(10)), 'free');
    expect(host.counted).toHaveLength(1);
  });

  it('does not stand in the way when it cannot be counted, and says so in the report', async () => {
    host.limit = undefined;
    expect((await get(limited(perMinute(10)), 'some')).statusCode).toBe(200);
    expect(host.lines[0]).toMatchObject({ limit_skipped: true });
  });
});
