import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../harness.ts';

const auth = '/api/v1/auth';

let app: App;
beforeAll(async () => {
  app = await startApp();
});

const login = (username: string, password: string) =>
  app.call('POST', `${auth}/login`, { json: { username, password } });
const refresh = (refresh_token: unknown) => app.call('POST', `${auth}/refresh`, { json: { refresh_token } });
const me = (token: unknown) => app.call('GET', `${auth}/me`, { token: String(token) });

describe('POST /auth/login', () => {
  it('opens a session for the user name or the address, in any case', async () => {
    const { username, password, id } = await app.signUp();
    for (const name of [username, username.toUpperCase(), `${username}@example.org`]) {
      const { status, body, headers } = await login(name, password);
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).toEqual({
        access_token: expect.stringMatching(/^eyJ/),
        refresh_token: expect.stringMatching(/^mcp_rt_/),
        token_type: 'bearer',
        expires_in: 900,
      });
      expect((await me(body['access_token'])).body).toMatchObject({ id, username });
    }
  });

  it('answers an unknown name and a wrong password alike', async () => {
    const { username } = await app.signUp();
    const [wrong, unknown] = await Promise.all([login(username, 'Wrong-Horse-7'), login('nobody', 'Wrong-Horse-7')]);
    const { request_id: _one, ...wrongBody } = wrong.body;
    const { request_id: _two, ...unknownBody } = unknown.body;
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer');
    expect(wrongBody).toEqual(unknownBody);
  });

  it.each(["' OR 1=1 --", '%', 'u%', '💥'.repeat(50), 'ä'])('takes %j for a name like any other', async (name) => {
    expect((await login(name, 'Wrong-Horse-7')).status).toBe(401);
  });
});

describe('POST /auth/refresh', () => {
  it('gives a new pair of the same session', async () => {
    const { token, refreshToken } = await app.signUp();
    const { status, body } = await refresh(refreshToken);
    expect(status).toBe(200);
    expect(body['refresh_token']).not.toBe(refreshToken);
    expect(decodeJwt(String(body['access_token']))['sid']).toBe(decodeJwt(token)['sid']);
    expect((await me(body['access_token'])).status).toBe(200);
  });

  it('gives the same successor again while it is unused', async () => {
    const { refreshToken } = await app.signUp();
    const [first, second] = [await refresh(refreshToken), await refresh(refreshToken)];
    expect(second.status).toBe(200);
    expect(second.body['refresh_token']).toBe(first.body['refresh_token']);
  });

  it('ends the session, its access tokens included, when a spent token comes back', async () => {
    const { token, refreshToken } = await app.signUp();
    const first = await refresh(refreshToken);
    const second = await refresh(first.body['refresh_token']);
    expect(await refresh(refreshToken)).toMatchObject({ status: 401, body: { error_code: 'UNAUTHORIZED' } });
    expect((await refresh(second.body['refresh_token'])).status).toBe(401);
    expect((await me(second.body['access_token'])).status).toBe(401);
    expect((await me(token)).status).toBe(401);
    expect(app.lines.some((line) => line.includes('session.token-reused'))).toBe(true);
  });

  it('leaves one live successor of fifty refreshes at once', async () => {
    const { refreshToken } = await app.signUp();
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refreshToken)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body['refresh_token'])).size).toBe(1);
  });

  it('takes noise that names a session for noise, and leaves the session alone', async () => {
    const { token, refreshToken } = await app.signUp();
    const noise = refreshToken.slice(0, -20) + 'A'.repeat(20);
    expect((await refresh(noise)).status).toBe(401);
    expect((await refresh('mcp_rt_nonsense')).status).toBe(401);
    expect((await me(token)).status).toBe(200);
  });

  it('never writes a token into its report lines', () => {
    expect(app.lines.join('\n')).not.toMatch(/mcp_rt_[A-Za-z0-9_-]{40}|eyJ[\w-]{20}/);
  });
});

describe('POST /auth/logout', () => {
  it("ends the access token's session at once, and no other", async () => {
    const { username, password, token, refreshToken } = await app.signUp();
    const other = await login(username, password);
    const { status, text } = await app.call('POST', `${auth}/logout`, { token, json: {} });
    expect([status, text]).toEqual([204, '']);
    expect((await me(token)).status).toBe(401);
    expect((await refresh(refreshToken)).status).toBe(401);
    expect((await me(other.body['access_token'])).status).toBe(200);
  });

  it("ends the refresh token's session, and may be repeated", async () => {
    const { token, refreshToken } = await app.signUp();
    for (const _ of [1, 2]) {
      const { status } = await app.call('POST', `${auth}/logout`, { json: { refresh_token: refreshToken } });
      expect(status).toBe(204);
    }
    expect((await me(token)).status).toBe(401);
  });

  it('asks who one is when nothing says', async () => {
    const { status, headers } = await app.call('POST', `${auth}/logout`, { json: {} });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });
});

describe('GET /auth/me', () => {
  it('shows the caller and what he may do', async () => {
    const viewer = await app.signUp('viewer');
    expect((await me(viewer.token)).body).toEqual({
      id: viewer.id,
      username: viewer.username,
      email: `${viewer.username}@example.org`,
      role: 'viewer',
      is_active: true,
      created_at: expect.any(String),
      permissions: ['mcps:read', 'knowledge:read', 'deployments:read', 'tasks:read'],
    });
  });

  it('asks for credentials, and tells bad ones from none', async () => {
    const none = await app.call('GET', `${auth}/me`);
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const bad = await me('nonsense');
    expect(bad.status).toBe(401);
    expect(bad.headers.get('www-authenticate')).toBe(
      'Bearer error="invalid_token", error_description="The access token or API key is invalid or expired."',
    );
  });
});

describe('GET /.well-known/jwks.json', () => {
  it('shows the public key under which the tokens verify, for caches', async () => {
    const { status, body, headers, text } = await app.call('GET', '/.well-known/jwks.json');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(body['keys']).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }]);
    expect(text).not.toContain('"d"');
  });
});
