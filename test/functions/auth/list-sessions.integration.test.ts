import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';

let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
});

type Session = Readonly<Record<string, unknown>> & { readonly id: string; readonly is_current: boolean };

async function logIn({ username, password }: SignedUp, agent: string) {
  const answer = await app.call('POST', '/api/v1/auth/login', {
    json: { username, password },
    headers: { 'user-agent': agent },
  });
  return { token: String(answer.body['access_token']), refresh: String(answer.body['refresh_token']) };
}

const listed = async (token: string, query = ''): Promise<Session[]> =>
  (await app.call('GET', `/api/v1/auth/sessions${query}`, { token })).body['items'] as Session[];

/** A login is listed once the relay has brought it to the audit log. */
async function untilListed(token: string, count: number): Promise<Session[]> {
  await expect.poll(() => listed(token)).toHaveLength(count);
  return listed(token);
}

describe('the sessions of a user', () => {
  it('are listed newest first with what opened them, the asking one marked, and nobody else’s', async () => {
    const phone = await logIn(ada, 'Phone/1.0');
    await app.signUp();
    const found = await untilListed(phone.token, 2);
    expect(found.map(({ is_current }) => is_current)).toEqual([true, false]);
    expect(found[0]).toMatchObject({ user_agent: 'Phone/1.0', source_ip: '127.0.0.1' });
    expect(JSON.stringify(found)).not.toMatch(/token|hash|mac/);
    expect((await listed(ada.token))[1]?.is_current).toBe(true);
    expect(await listed(ada.token, '?page=2&page_size=1')).toMatchObject([{ is_current: true }]);
  });

  it('end one by one: tokens of that one are dead at once, those of the others live', async () => {
    const user = await app.signUp();
    const lost = await logIn(user, 'Lost/1.0');
    const found = await untilListed(user.token, 2);
    const id = found.find(({ user_agent }) => user_agent === 'Lost/1.0')?.id ?? '';
    expect((await app.call('DELETE', `/api/v1/auth/sessions/${id}`, { token: ada.token })).status).toBe(404);
    expect((await app.call('GET', '/api/v1/auth/me', { token: lost.token })).status).toBe(200);
    const ended = await app.call('DELETE', `/api/v1/auth/sessions/${id}`, { token: user.token });
    expect([ended.status, ended.body['id']]).toEqual([200, id]);
    expect((await app.call('GET', '/api/v1/auth/me', { token: lost.token })).status).toBe(401);
    const renewed = await app.call('POST', '/api/v1/auth/refresh', { json: { refresh_token: lost.refresh } });
    expect(renewed.status).toBe(401);
    expect((await app.call('GET', '/api/v1/auth/me', { token: user.token })).status).toBe(200);
    expect(await listed(user.token)).toMatchObject([{ is_current: true }]);
    expect((await app.call('DELETE', `/api/v1/auth/sessions/${id}`, { token: user.token })).status).toBe(404);
  });

  it('are not listed any more when a new password has ended them', async () => {
    const user = await app.signUp();
    await logIn(user, 'Old/1.0');
    await untilListed(user.token, 2);
    const json = { current_password: user.password, new_password: 'Another-Horse-8' };
    expect((await app.call('POST', '/api/v1/auth/password', { token: user.token, json })).status).toBe(204);
    expect(await listed(user.token)).toMatchObject([{ is_current: true }]);
  });

  it('cannot be ended with an API key', async () => {
    const key = await app.call('POST', '/api/v1/auth/api-keys', { token: ada.token, json: { name: 'ci' } });
    const [first] = await listed(ada.token);
    const refused = await app.call('DELETE', `/api/v1/auth/sessions/${first?.id}`, { apiKey: String(key.body['key']) });
    expect(refused.status).toBe(403);
  });
});
