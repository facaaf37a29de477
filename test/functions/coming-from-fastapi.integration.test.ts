import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../harness.ts';

/* A client of the FastAPI version, with that API's own examples: each row of the README's table of differences, and that the rest is as it was. */

let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
});

const tool = {
  name: 'Weather',
  slug: 'weather-tool',
  description: 'Forecasts',
  version: '1.0.0',
  config: { servers: [] },
};

describe('what is as it was', () => {
  it('registers, logs in and knows the caller', async () => {
    const account = { username: 'grace', email: 'grace@example.org', password: 'SecurePass123', role: 'developer' };
    const registered = await app.call('POST', '/api/v1/auth/register', { json: account });
    expect(registered).toMatchObject({
      status: 201,
      body: { username: 'grace', email: 'grace@example.org', role: 'developer', is_active: true },
    });
    const login = await app.call('POST', '/api/v1/auth/login', {
      json: { username: 'grace', password: 'SecurePass123' },
    });
    expect(login).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 900 } });
    const me = await app.call('GET', '/api/v1/auth/me', { token: String(login.body['access_token']) });
    expect(me).toMatchObject({ status: 200, body: { username: 'grace' } });
  });

  it('creates, reads and lists tools', async () => {
    const made = await app.call('POST', '/api/v1/mcps', { token: ada.token, json: tool });
    expect(made).toMatchObject({ status: 201, body: { ...tool, author_id: ada.id } });
    expect(await app.call('GET', `/api/v1/mcps/${String(made.body['id'])}`, { token: ada.token })).toMatchObject({
      status: 200,
    });
    expect((await app.call('GET', '/api/v1/mcps?page=1&page_size=20', { token: ada.token })).body).toMatchObject({
      total: 1,
      page: 1,
      page_size: 20,
      pages: 1,
    });
  });
});

describe('what is different', () => {
  const post = (path: string, options: Parameters<App['call']>[2]) =>
    app.call('POST', path, { token: ada.token, ...options });

  it('errors are problems: detail is a text, errors has loc, msg and type as before and a pointer', async () => {
    const { status, headers, body } = await post('/api/v1/mcps', { json: { ...tool, name: 7 } });
    expect([status, headers.get('content-type')]).toEqual([422, 'application/problem+json']);
    expect(body['detail']).toEqual(expect.any(String));
    expect(body['errors']).toEqual([
      {
        loc: ['body', 'name'],
        msg: expect.any(String) as unknown,
        type: expect.any(String) as unknown,
        pointer: '/name',
      },
    ]);
  });

  it('a body that is not JSON is 400, another content type 415', async () => {
    expect(await post('/api/v1/mcps', { raw: '{', headers: { 'content-type': 'application/json' } })).toMatchObject({
      status: 400,
      body: { error_code: 'INVALID_REQUEST' },
    });
    expect(
      await post('/api/v1/mcps', { raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    ).toMatchObject({ status: 415 });
  });

  it('unknown fields are named, not dropped', async () => {
    const { status, body } = await post('/api/v1/mcps', { json: { ...tool, colour: 'red' } });
    expect([status, body['errors']]).toEqual([422, [expect.objectContaining({ loc: ['body', 'colour'] })]]);
  });

  it('a trailing slash leads to the address without it by 308, so that a POST stays one', async () => {
    const { status, headers } = await post('/api/v1/mcps/', { json: tool });
    expect([status, headers.get('location')]).toEqual([308, '/api/v1/mcps']);
  });

  it('405 names what is allowed and is a problem', async () => {
    const { status, headers, body } = await app.call('PATCH', '/api/v1/mcps', { token: ada.token });
    expect([status, body['error_code'], headers.get('allow')]).toEqual([
      405,
      'METHOD_NOT_ALLOWED',
      expect.stringContaining('GET'),
    ]);
  });

  it('the documentation is under /api and names operations by their functions', async () => {
    expect(await app.call('GET', '/api/docs')).toMatchObject({ status: 200 });
    const { body } = await app.call('GET', '/api/openapi.json');
    expect(body).toHaveProperty(['paths', '/api/v1/mcps', 'post', 'operationId'], 'create-tool');
    expect(await app.call('GET', '/docs')).toMatchObject({ status: 404 });
  });

  it('permission comes before the body', async () => {
    const viewer = await app.signUp('viewer');
    expect(await app.call('POST', '/api/v1/mcps', { token: viewer.token, raw: '{' })).toMatchObject({
      status: 403,
      body: { required_permission: 'mcps:create' },
    });
  });

  it('a refresh token works once; what came of it goes when it is used again later', async () => {
    const own = await app.signUp();
    const refresh = (refresh_token: string) => app.call('POST', '/api/v1/auth/refresh', { json: { refresh_token } });
    const next = String((await refresh(own.refreshToken)).body['refresh_token']);
    expect(next).not.toBe(own.refreshToken);
    expect(await refresh(next)).toMatchObject({ status: 200 });
    expect(await refresh(own.refreshToken)).toMatchObject({ status: 401 });
  });

  it('logging out holds with the next request', async () => {
    const own = await app.signUp();
    expect(await app.call('POST', '/api/v1/auth/logout', { token: own.token })).toMatchObject({ status: 204 });
    expect(await app.call('GET', '/api/v1/auth/me', { token: own.token })).toMatchObject({ status: 401 });
  });

  it('a page of more than 100 is refused, not clamped', async () => {
    expect(await app.call('GET', '/api/v1/mcps?page_size=101', { token: ada.token })).toMatchObject({ status: 422 });
  });

  it('a literal secret comes back as a name', async () => {
    const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
    const config = {
      servers: [{ name: 'x', command: 'npx', args: ['-y', 'some-server'], env: { GITHUB_TOKEN: secret } }],
    };
    const { status, body, text } = await post('/api/v1/mcps', { json: { ...tool, slug: 'with-secret', config } });
    expect(status).toBe(201);
    expect(body['secrets_moved']).toEqual([expect.objectContaining({ name: 'GITHUB_TOKEN' })]);
    expect(text).not.toContain(secret);
  });
});
