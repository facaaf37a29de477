import { beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../harness.ts';

/* What holds when Redis is away; and what somebody with made-up credentials can do. */

let app: App;
beforeAll(async () => {
  app = await startApp({
    urls: { redis: 'http://127.0.0.1:9' },
    env: { RATE_LIMIT_SCALE: '1', RATE_LIMITS: '{"login":8,"register":8,"refresh":8}' },
  });
});

const statuses = async (count: number, call: () => Promise<{ status: number }>): Promise<number[]> => {
  const all = [];
  for (let index = 0; index < count; index += 1) all.push((await call()).status);
  return all;
};

describe('without Redis', () => {
  it('nobody who was shut out comes in, and everybody else does', async () => {
    const user = await app.signUp();
    const made = await app.call('POST', '/api/v1/auth/api-keys', { token: user.token, json: { name: 'ci' } });
    const apiKey = String(made.body['key']);
    const me = (options: object) => app.call('GET', '/api/v1/auth/me', options);
    expect(await statuses(3, () => me({ token: user.token }))).toEqual([200, 200, 200]);
    expect((await me({ apiKey })).status).toBe(200);
    await app.call('DELETE', `/api/v1/auth/api-keys/${String(made.body['id'])}`, { token: user.token });
    expect((await me({ apiKey })).status).toBe(401);
    await app.call('POST', '/api/v1/auth/logout', { token: user.token });
    expect((await me({ token: user.token })).status).toBe(401);
    const refreshed = await app.call('POST', '/api/v1/auth/refresh', { json: { refresh_token: user.refreshToken } });
    expect(refreshed.status).toBe(401);
  });

  it.each(['login', 'register', 'refresh'])('%s is still limited', async (name) => {
    const all = await statuses(20, () => app.call('POST', `/api/v1/auth/${name}`, { json: {} }));
    expect(new Set(all)).toEqual(new Set([422, 429]));
    expect(all.filter((status) => status === 422).length).toBeLessThanOrEqual(16);
  });

  it('other limits let everybody pass, and the log says so', async () => {
    expect((await app.call('GET', '/api/v1/auth/me')).status).toBe(401);
    expect(app.lines.some((line) => line.includes('"limit_skipped":true'))).toBe(true);
  });
});

describe('made-up credentials', () => {
  it('are refused with 429 once their address has had 60 a minute refused', async () => {
    // At once: on a busy machine one after the other might be no 60 a minute.
    const calls = Array.from({ length: 130 }, async (_, attempt) => {
      const apiKey = `mcp_live_${Buffer.from(`${attempt}`.padStart(40, 'x')).toString('base64url')}`;
      return (await app.call('GET', '/api/v1/auth/me', { apiKey })).status;
    });
    const all = await Promise.all(calls);
    // A new minute may begin in between.
    expect(all.filter((status) => status === 401).length).toBeLessThanOrEqual(120);
    expect(new Set(all)).toEqual(new Set([401, 429]));
  });
});
