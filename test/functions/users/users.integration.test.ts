import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';

const users = '/api/v1/users';

let app: App;
let admin: SignedUp;
beforeAll(async () => {
  app = await startApp({ env: { REGISTRATION: 'open' } });
  admin = await app.enterAdmin();
});

const change = (id: string, json: object, token = admin.token) => app.call('PATCH', `${users}/${id}`, { token, json });
const me = (token: string) => app.call('GET', '/api/v1/auth/me', { token });
const login = (username: string, password: string) =>
  app.call('POST', '/api/v1/auth/login', { json: { username, password } });

describe('GET /users', () => {
  it('lists users for an admin, without anything of their passwords', async () => {
    const { id, username } = await app.signUp('viewer');
    const { status, body, text } = await app.call('GET', `${users}?search=${username}`, { token: admin.token });
    expect(status).toBe(200);
    expect(body).toMatchObject({ items: [{ id, username, role: 'viewer', is_active: true }], total: 1, pages: 1 });
    expect(text).not.toMatch(/argon2|password/);
  });

  it('narrows by role and activity, and pages', async () => {
    const { id } = await app.signUp();
    await change(id, { is_active: false });
    const inactive = await app.call('GET', `${users}?is_active=false&role=developer`, { token: admin.token });
    expect(inactive.body).toMatchObject({ items: [{ id, is_active: false }], total: 1 });
    const page = await app.call('GET', `${users}?page=2&page_size=1`, { token: admin.token });
    expect((page.body['items'] as unknown[]).length).toBe(1);
  });

  it.each(['developer', 'viewer'] as const)('is not for a %s', async (role) => {
    const { token } = await app.signUp(role);
    const { status, body } = await app.call('GET', users, { token });
    expect([status, body['required_permission']]).toEqual([403, 'users:read']);
  });
});

describe('PATCH /users/{user_id}', () => {
  it('changes what a user may do with the next request, in the session that is open', async () => {
    const { id, token } = await app.signUp('developer');
    expect((await change(id, { role: 'viewer' })).body).toMatchObject({ id, role: 'viewer' });
    expect((await me(token)).body).toMatchObject({ role: 'viewer' });
    const create = await app.call('POST', '/api/v1/mcps', { token, json: {} });
    expect([create.status, create.body['required_permission']]).toEqual([403, 'mcps:create']);
  });

  it('lets a deactivated user in nowhere, not even with the sessions of before once they are back', async () => {
    const { id, token, username, password, refreshToken } = await app.signUp();
    const key = await app.call('POST', '/api/v1/auth/api-keys', { token, json: { name: 'ci' } });
    expect((await change(id, { is_active: false })).body).toMatchObject({ is_active: false });
    const withKey = () => app.call('GET', '/api/v1/auth/me', { apiKey: String(key.body['key']) });
    const refresh = () => app.call('POST', '/api/v1/auth/refresh', { json: { refresh_token: refreshToken } });
    const tries = [await me(token), await withKey(), await login(username, password), await refresh()];
    expect(tries.map(({ status }) => status)).toEqual([401, 401, 401, 401]);

    await change(id, { is_active: true });
    expect((await me(token)).status).toBe(401);
    expect((await login(username, password)).status).toBe(200);
    expect((await withKey()).status).toBe(200);
  });

  it('keeps the last admin', async () => {
    for (const json of [{ role: 'developer' }, { is_active: false }]) {
      const { status, body } = await change(admin.id, json);
      expect([status, body['error_code']]).toEqual([409, 'CONFLICT']);
    }
  });

  it('lets one of two admins dismiss the other, not both each other', async () => {
    const [one, other] = [await app.enterAdmin(), await app.enterAdmin()];
    await change(admin.id, { role: 'developer' }, one.token);
    const answers = await Promise.all([
      change(other.id, { role: 'developer' }, one.token),
      change(one.id, { role: 'developer' }, other.token),
    ]);
    const list = await app.call('GET', `${users}?role=admin&is_active=true`, { token: one.token });
    const again = await app.call('GET', `${users}?role=admin&is_active=true`, { token: other.token });
    expect([list, again].filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.map(({ status }) => String(status)).toSorted()).not.toEqual(['200', '200']);
    admin = list.status === 200 ? one : other;
  });

  it('answers 404 for nobody and 422 for nothing', async () => {
    expect((await change('019c1385-1a40-7000-8000-0000000000ff', { role: 'viewer' })).status).toBe(404);
    expect((await change(admin.id, {})).status).toBe(422);
    expect((await change(admin.id, { username: 'x' })).status).toBe(422);
  });
});

describe('POST /users/invites', () => {
  const invite = (json: object = {}) => app.call('POST', `${users}/invites`, { token: admin.token, json });
  const register = (name: string, json: object) =>
    app.call('POST', '/api/v1/auth/register', {
      json: { username: name, email: `${name}@example.com`, password: 'Correct-Horse-7', ...json },
    });

  it('makes a user of the role that it says, once', async () => {
    const { status, body } = await invite({ role: 'admin' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ invite: expect.stringMatching(/^mcp_inv_[\w-]{32}$/), role: 'admin', email: null });
    const tries = await Promise.all(
      ['ada', 'grace', 'edsger'].map((name) => register(name, { invite: body['invite'] })),
    );
    expect(tries.map(({ status }) => String(status)).toSorted()).toEqual(['201', '403', '403']);
    expect(tries.find(({ status }) => status === 201)?.body).toMatchObject({ role: 'admin' });
  });

  it('is for the address that it names', async () => {
    const { status, text, body } = await invite({ email: 'barbara@example.com' });
    expect(status, text).toBe(201);
    expect((await register('mallory', { invite: body['invite'] })).status).toBe(403);
    expect((await register('barbara', { invite: body['invite'] })).status).toBe(201);
  });

  it('is refused when it is made up', async () => {
    expect((await register('eve', { invite: 'mcp_inv_nonsense' })).body).toMatchObject({ error_code: 'FORBIDDEN' });
  });

  it('never stands in a log', () => {
    expect(app.lines.join('\n')).not.toMatch(/mcp_inv_[\w-]{8}/);
  });
});

describe('POST /auth/password', () => {
  const password = (token: string, current_password: string, new_password: string) =>
    app.call('POST', '/api/v1/auth/password', { token, json: { current_password, new_password } });

  it('ends every other session and keeps this one', async () => {
    const user = await app.signUp();
    const other = await login(user.username, user.password);
    expect((await password(user.token, user.password, 'Another-Horse-8')).status).toBe(204);
    expect((await me(user.token)).status).toBe(200);
    expect((await me(String(other.body['access_token']))).status).toBe(401);
    const refresh = await app.call('POST', '/api/v1/auth/refresh', {
      json: { refresh_token: other.body['refresh_token'] },
    });
    expect(refresh.status).toBe(401);
    expect((await login(user.username, user.password)).status).toBe(401);
    expect((await login(user.username, 'Another-Horse-8')).status).toBe(200);
  });

  it('asks for the current password, and takes no weak or same one', async () => {
    const user = await app.signUp();
    expect((await password(user.token, 'Wrong-Horse-7', 'Another-Horse-8')).status).toBe(401);
    expect((await password(user.token, user.password, 'weak')).status).toBe(422);
    expect((await password(user.token, user.password, user.password)).status).toBe(422);
    expect((await me(user.token)).status).toBe(200);
  });

  it('lets one of two changes at the same time win', async () => {
    const user = await app.signUp();
    const answers = await Promise.all(
      ['Another-Horse-8', 'Another-Horse-9'].map((next) => password(user.token, user.password, next)),
    );
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['204', '401']);
  });

  it('is not for an API key', async () => {
    const user = await app.signUp();
    const made = await app.call('POST', '/api/v1/auth/api-keys', { token: user.token, json: { name: 'ci' } });
    const { status } = await app.call('POST', '/api/v1/auth/password', {
      apiKey: String(made.body['key']),
      json: { current_password: user.password, new_password: 'Another-Horse-8' },
    });
    expect(status).toBe(403);
  });
});

describe('the operator', () => {
  const run = (event: object) => app.invoke('run-admin', event) as Promise<Record<string, string>>;

  it('makes an admin whose password has to be replaced at the first login', async () => {
    const made = await run({ command: 'create', email: 'first@example.com' });
    const { username = '', password = '' } = made;
    const refused = await login(username, password);
    expect([refused.status, refused.body['type']]).toEqual([401, 'urn:mcp-platform:problem:password-change-required']);
    const enter = (new_password: string) =>
      app.call('POST', '/api/v1/auth/login', { json: { username, password, new_password } });
    expect((await enter(password)).status).toBe(422);
    expect((await enter('Password1!')).status).toBe(422);
    expect((await enter('My-Own-Word-1')).status).toBe(200);
    expect((await enter('My-Own-Word-2')).status).toBe(401);
    expect((await login(username, password)).status).toBe(401);
    expect((await login(username, 'My-Own-Word-1')).status).toBe(200);
  });

  it('never makes an admin of somebody for having registered an address, only of one who is named', async () => {
    const user = await app.signUp('viewer');
    const create = run({ command: 'create', email: `${user.username}@example.org` });
    await expect(create).rejects.toThrow(`npm run admin -- promote ${user.username}`);
    expect((await me(user.token)).body).toMatchObject({ role: 'viewer' });
    const promoted = await run({ command: 'promote', username: user.username });
    expect(promoted).toEqual({ id: user.id, username: user.username, email: expect.any(String), role: 'admin' });
    expect((await me(user.token)).body).toMatchObject({ role: 'admin' });
  });

  it('resets a password, which ends every session', async () => {
    const user = await app.signUp();
    const { password } = await run({ command: 'reset-password', login: user.username });
    expect((await me(user.token)).status).toBe(401);
    const json = { username: user.username, password, new_password: 'My-Own-Word-1' };
    expect((await app.call('POST', '/api/v1/auth/login', { json })).status).toBe(200);
  });

  it('invites', async () => {
    expect(await run({ command: 'invite', email: 'x@example.com', role: 'viewer' })).toMatchObject({
      invite: expect.stringMatching(/^mcp_inv_/),
      role: 'viewer',
    });
  });

  it('hears what is wrong', async () => {
    await expect(run({ command: 'reset-password', login: 'nobody' })).rejects.toThrow('no such user');
    await expect(run({ command: 'delete-everything' })).rejects.toThrow();
  });
});
