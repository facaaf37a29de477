import { beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../harness.ts';

const path = '/api/v1/auth/register';
const ada = { username: 'ada', email: 'ada@example.com', password: 'Correct-Horse-7' };

let app: App;
beforeAll(async () => {
  app = await startApp();
});

describe('POST /auth/register', () => {
  it('makes a developer and shows everything but the password', async () => {
    const { status, body, text } = await app.call('POST', path, { json: ada });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: 'ada',
      email: 'ada@example.com',
      role: 'developer',
      is_active: true,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(text).not.toContain('argon2');
  });

  it('refuses a taken name and a taken address in any case, and says which', async () => {
    await app.call('POST', path, { json: { ...ada, username: 'grace', email: 'grace@example.com' } });
    const name = await app.call('POST', path, { json: { ...ada, username: 'GRACE', email: 'new@example.com' } });
    expect(name).toMatchObject({ status: 409, body: { error_code: 'CONFLICT', detail: 'This user name is taken.' } });
    const address = await app.call('POST', path, { json: { ...ada, username: 'new', email: 'Grace@Example.com' } });
    expect(address).toMatchObject({ status: 409, body: { detail: 'This e-mail address is taken.' } });
  });

  it('lets exactly one of many have a name', async () => {
    const tries = Array.from({ length: 8 }, (_, index) =>
      app.call('POST', path, { json: { ...ada, username: 'contested', email: `c${index}@example.com` } }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });

  it('makes a viewer for the asking, and an admin for nobody who is none', async () => {
    const viewer = await app.call('POST', path, {
      json: { ...ada, username: 'viewer', email: 'viewer@example.com', role: 'viewer' },
    });
    expect(viewer).toMatchObject({ status: 201, body: { role: 'viewer' } });
    const admin = { ...ada, username: 'root', email: 'root@example.com', role: 'admin' };
    expect(await app.call('POST', path, { json: admin })).toMatchObject({
      status: 403,
      body: { error_code: 'FORBIDDEN', required_permission: 'users:update' },
    });
    const { token } = await app.signUp();
    expect((await app.call('POST', path, { json: admin, token })).status).toBe(403);
  });

  it.each([
    ['a weak password', { password: 'short' }, 'password'],
    ['a common password', { password: 'Password123' }, 'password'],
    ['a password of half a character', { password: 'Correct-Horse-7\ud800' }, 'password'],
    ['a huge password', { password: `Aa1${'x'.repeat(300)}` }, 'password'],
    ['an address as a name', { username: 'ada@example.com' }, 'username'],
    ['an address that is none', { email: 'nowhere' }, 'email'],
    ['an unknown role', { role: 'owner' }, 'role'],
    ['an unknown field', { is_active: true }, 'is_active'],
    ['a name that is no text', { username: { $ne: null } }, 'username'],
  ])('refuses %s and names the field', async (_what, change, field) => {
    const { status, body } = await app.call('POST', path, { json: { ...ada, ...change } });
    expect(status).toBe(422);
    expect(body['errors']).toMatchObject([{ loc: ['body', field] }]);
    expect(JSON.stringify(body)).not.toContain('Correct-Horse');
  });

  it('refuses a bad token rather than ignore it', async () => {
    expect((await app.call('POST', path, { json: ada, token: 'nonsense' })).status).toBe(401);
  });

  it('never writes a password into its report lines', () => {
    expect(app.lines.join('\n')).not.toMatch(/Correct-Horse|Password123/);
  });
});
