import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { beforeAll, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';

let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
});

const call = (method: string, path: string, json?: object) =>
  app.call(method, `/api/v1/mcps${path}`, { token: ada.token, ...(json && { json }) });
const purge = (days: number, dry_run = false) =>
  app.invoke('purge-tools', { before: new Date(Date.now() - days * 86_400_000).toISOString(), dry_run });

async function deletedFor(days: number): Promise<string> {
  const slug = `p-${randomBytes(5).toString('hex')}`;
  await call('POST', '', {
    name: 'Private',
    slug,
    version: '1.0.0',
    description: 'Private',
    config: { servers: [{ name: 'a', command: 'private' }] },
  });
  await call('DELETE', `/${slug}`);
  const connection = await createConnection(app.database);
  await connection.query('UPDATE mcp_tools SET deleted_at = UTC_TIMESTAMP(3) - INTERVAL ? DAY WHERE slug = ?', [
    days,
    slug,
  ]);
  await expect.poll(async () => (await connection.query('SELECT id FROM outbox'))[0]).toEqual([]);
  await connection.end();
  return slug;
}

it('leaves nothing but the slug of what was deleted long ago, and all of what was not', async () => {
  const [old, recent] = [await deletedFor(91), await deletedFor(89)];
  expect(await purge(90, true)).toMatchObject({ tools: [{ slug: old }], more: false });
  expect(await call('GET', `/${old}/history`)).toMatchObject({ status: 200, body: { total: 2 } });
  expect(await purge(90)).toMatchObject({ tools: [{ slug: old }], more: false });
  expect(await call('GET', `/${old}/history`)).toMatchObject({ status: 404 });
  expect(await call('GET', `/${recent}/history`)).toMatchObject({ status: 200, body: { total: 2 } });
  const connection = await createConnection(app.database);
  const [rows] = await connection.query('SELECT * FROM mcp_tools WHERE slug = ?', [old]);
  await connection.end();
  expect(JSON.stringify(rows)).not.toMatch(/private/i);
  expect(await call('POST', '', { name: 'A', slug: old, version: '1.0.0', config: { servers: [] } })).toMatchObject({
    status: 409,
  });
  expect(await purge(90)).toEqual({ tools: [], more: false });
});
