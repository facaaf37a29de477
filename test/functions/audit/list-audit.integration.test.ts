import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { waitUntil } from '../../wait-until.ts';

let app: App;
let admin: SignedUp;
beforeAll(async () => {
  app = await startApp();
  admin = await app.enterAdmin();
});

interface Row {
  readonly action: string;
  readonly actor_id: string | null;
  readonly target: { readonly id: string };
  readonly source_ip: string;
  readonly request_id: string;
  readonly at: string;
}

const audit = async (query: string): Promise<Row[]> => {
  const { status, body, text } = await app.call('GET', `/api/v1/audit?page_size=100&${query}`, { token: admin.token });
  if (status !== 200) throw new Error(text);
  return body['items'] as Row[];
};
/** The relay writes a moment later. */
const seen = (query: string, count: number): Promise<Row[]> =>
  waitUntil(`${count} of ${query}`, async () => {
    const rows = await audit(query);
    return rows.length >= count && rows;
  });

describe('GET /audit', () => {
  it('tells who did what to whom, when, from where', async () => {
    const user = await app.signUp('viewer');
    const key = await app.call('POST', '/api/v1/auth/api-keys', { token: user.token, json: { name: 'ci' } });
    await app.call('DELETE', `/api/v1/auth/api-keys/${String(key.body['id'])}`, { token: user.token });
    await app.call('PATCH', `/api/v1/users/${user.id}`, {
      token: admin.token,
      json: { role: 'developer' },
      headers: { 'x-request-id': 'audit-trace-1' },
    });
    const own = await seen(`actor_id=${user.id}`, 4);
    expect(own.map(({ action }) => action).toSorted()).toEqual([
      'api-key.created',
      'api-key.revoked',
      'user.logged-in',
      'user.registered',
    ]);
    expect(own.every(({ source_ip }) => source_ip === '127.0.0.1')).toBe(true);
    const [changed] = await seen(`action=user.role-changed&target_id=${user.id}`, 1);
    expect(changed).toMatchObject({
      actor_id: admin.id,
      target: { type: 'user', id: user.id },
      details: { from: 'viewer', to: 'developer' },
      request_id: 'audit-trace-1',
    });
  });

  it('tells of tools without their having to say so', async () => {
    const { token, id } = await app.signUp();
    const made = await app.call('POST', '/api/v1/mcps', {
      token,
      json: { name: 'Acme', slug: 'audited', version: '1.0.0', config: { servers: [] } },
    });
    await app.call('DELETE', `/api/v1/mcps/${String(made.body['id'])}`, { token });
    const rows = await seen(`target_id=${String(made.body['id'])}`, 2);
    expect(rows.map(({ action, actor_id }) => [action, actor_id])).toEqual([
      ['tool.deleted', id],
      ['tool.created', id],
    ]);
  });

  it('narrows by time', async () => {
    await app.signUp();
    const [newest] = await seen('', 1);
    const at = newest?.at ?? '';
    expect((await audit(`since=${at}`)).length).toBeGreaterThan(0);
    expect((await audit(`until=${at}`)).every((row) => row.at < at)).toBe(true);
  });

  it('is for admins alone, and nobody writes it', async () => {
    const { token } = await app.signUp();
    expect((await app.call('GET', '/api/v1/audit', { token })).status).toBe(403);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await app.call(method, '/api/v1/audit', { token: admin.token })).status).toBe(405);
    }
  });

  it('keeps no password, key or token', async () => {
    const rows = JSON.stringify(await audit(''));
    expect(rows).not.toMatch(/mcp_live_[\w-]{12}|argon2|mcp_rt_|eyJ/);
  });
});
