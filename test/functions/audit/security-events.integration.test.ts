import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectMysql, type Mysql } from '../../../lib/adapters/mysql/connection.ts';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { waitUntil } from '../../wait-until.ts';
import { attempt, authorize, exchange, registerClient } from '../oauth/sign-in.ts';

/* The security events that the audit log must hold (OWASP ASVS 5.0, 16.3), each caused and looked for. */

let app: App;
let admin: SignedUp;
let mysql: Mysql;
beforeAll(async () => {
  app = await startApp();
  admin = await app.enterAdmin();
  mysql = connectMysql({ url: app.database, pool: 2 });
});
afterAll(() => mysql.end());

type Row = Record<string, unknown> & { readonly target: { readonly id: string } };

const auth = '/api/v1/auth';
const post = (path: string, json: object, token?: string) => app.call('POST', path, { json, token });
const found = (query: string): Promise<Row> =>
  waitUntil(query, async () => {
    const { body } = await app.call('GET', `/api/v1/audit?${query}`, { token: admin.token });
    return (body['items'] as Row[])[0];
  });

describe('the audit log holds', () => {
  it('a failed login, with the account and without the password', async () => {
    const user = await app.signUp();
    await post(`${auth}/login`, { username: user.username, password: 'Wrong-Horse-7' });
    const row = await found(`action=user.login-failed&target_id=${user.id}`);
    expect(row).toMatchObject({ actor_type: 'unknown', actor_id: null, details: { reason: 'invalid-credentials' } });
    expect(row['source_ip']).toBe('127.0.0.1');
    expect(JSON.stringify(row)).not.toContain('Wrong-Horse');
  });

  it('a logout', async () => {
    const user = await app.signUp();
    await app.call('POST', `${auth}/logout`, { token: user.token });
    expect(await found(`action=user.logged-out&actor_id=${user.id}`)).toMatchObject({ target: { type: 'session' } });
  });

  it('the reuse of a refresh token', async () => {
    const user = await app.signUp();
    const next = await post(`${auth}/refresh`, { refresh_token: user.refreshToken });
    await post(`${auth}/refresh`, { refresh_token: next.body['refresh_token'] });
    expect((await post(`${auth}/refresh`, { refresh_token: user.refreshToken })).status).toBe(401);
    expect(await found(`action=session.token-reused&actor_id=${user.id}`)).toMatchObject({ actor_type: 'user' });
  });

  it('a refused permission, with the route', async () => {
    const user = await app.signUp();
    await app.call('GET', '/api/v1/users', { token: user.token });
    const row = await found(`action=access.denied&actor_id=${user.id}`);
    expect(row).toMatchObject({ target: { type: 'route', id: 'list-users' }, details: { route: 'GET /api/v1/users' } });
  });

  it('a broadcast, without its text', async () => {
    await post('/api/v1/broadcast', { message: 'Maintenance tonight' }, admin.token);
    const row = await found(`action=message.broadcast&actor_id=${admin.id}`);
    expect(JSON.stringify(row)).not.toContain('Maintenance');
  });

  it('the second use of an authorization code', async () => {
    const user = await app.signUp();
    const trial = attempt(app, await registerClient(app));
    const code = (await authorize(app, trial, user)).searchParams.get('code') ?? '';
    await exchange(app, trial, code);
    await exchange(app, trial, code);
    expect(await found(`action=application.allowed&actor_id=${user.id}`)).toMatchObject({
      details: { client: 'Trial' },
    });
    expect(await found(`action=application.code-reused&actor_id=${user.id}`)).toMatchObject({
      target: { type: 'grant' },
    });
  });

  it("the operator's commands, and whose they are", async () => {
    const user = await app.signUp();
    await app.invoke('run-admin', { command: 'reset-password', login: user.username });
    const row = await found(`action=user.password-reset&target_id=${user.id}&actor_type=operator`);
    expect(row['actor_id']).toBeNull();
    await app.invoke('manage-queues', { command: 'purge', queue: 'analysis' });
    await app.invoke('manage-queues', { command: 'redrive', queue: 'analysis' });
    for (const action of ['queue.purged', 'queue.redriven'])
      expect(await found(`action=${action}&target_id=analysis`)).toMatchObject({ actor_type: 'operator' });
    await app.invoke('run-admin', { command: 're-encrypt' });
    expect(await found('action=secrets.re-encrypted')).toMatchObject({ actor_type: 'operator' });
  });
});

describe('a row of the audit log', () => {
  it("is nothing that the application's own database user may change or delete", async () => {
    const { id } = (await found('action=user.logged-in')) as unknown as { id: string };
    for (const change of ["UPDATE audit SET action = 'user.registered' WHERE id = ?", 'DELETE FROM audit WHERE id = ?'])
      await expect(mysql.execute(change, [id])).rejects.toThrow(/command denied/);
    await expect(mysql.execute('TRUNCATE TABLE audit')).rejects.toThrow(/command denied/);
  });

  it('keeps what it says when the owner of the schema changes it, who cannot delete it by accident either', async () => {
    const { id, action } = (await found('action=user.logged-in')) as unknown as { id: string; action: string };
    const owner = connectMysql({ url: app.ownerDatabase, pool: 1 });
    onTestFinished(() => owner.end());
    await owner.execute("UPDATE audit SET action = 'user.registered', details = '{}' WHERE id = ?", [id]);
    const [row] = await owner.query<{ action: string }>('SELECT action FROM audit WHERE id = ?', [id]);
    expect(row?.action).toBe(action);
    await expect(owner.execute('DELETE FROM audit WHERE id = ?', [id])).rejects.toThrow(/keeps its rows/);
  });
});

describe("the application's database user", () => {
  it.each([
    'ALTER TABLE users ADD COLUMN backdoor INT',
    'DROP TABLE users',
    'CREATE TABLE mine (id INT)',
    'CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW SET NEW.role = NEW.role',
    'DROP TRIGGER audit_keeps_rows',
    "CREATE USER 'x'@'%'",
    'GRANT SELECT ON audit TO CURRENT_USER',
    "UPDATE schema_migrations SET state = 'undone'",
    'SELECT * FROM mysql.user',
    "SELECT 'x' INTO OUTFILE '/tmp/x'",
  ])('may not %s', async (statement) => {
    await expect(mysql.execute(statement)).rejects.toThrow(/denied|need .* privilege/);
  });
});
