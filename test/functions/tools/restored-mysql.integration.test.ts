import { randomBytes } from 'node:crypto';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { waitUntil } from '../../wait-until.ts';

/* The restore of infra/README.md, rehearsed: MySQL goes back to a moment, MongoDB stays where it is. */

const restored = ['mcp_tools', 'registry_versions', 'outbox'];
let app: App;
let ada: SignedUp;
let mysql: Connection;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
  mysql = await createConnection(app.ownerDatabase);
});
afterAll(() => mysql.end());

const call = (method: string, path: string, json?: object) =>
  app.call(method, `/api/v1/mcps${path}`, { token: ada.token, ...(json && { json }) });
const config = { servers: [{ name: 'a', command: 'node' }] };
const update = (slug: string, version: string) => call('PUT', `/${slug}`, { version });
const isPublished = async () => ((await mysql.query('SELECT id FROM outbox'))[0] as unknown[]).length === 0;
const published = () => waitUntil('an empty outbox', isPublished);
const versions = async (slug: string) =>
  ((await call('GET', `/${slug}/history`)).body['versions'] as { version: string }[]).map(({ version }) => version);

async function create(): Promise<string> {
  const slug = `r-${randomBytes(5).toString('hex')}`;
  const { status, text } = await call('POST', '', { name: slug, slug, version: '1.0.0', config });
  expect(status, text).toBe(201);
  return slug;
}

async function eachTable(statement: (table: string) => string[]): Promise<void> {
  await mysql.query('SET FOREIGN_KEY_CHECKS = 0');
  for (const table of restored) for (const sql of statement(table)) await mysql.query(sql);
}

it('MySQL that went back gives its revisions again, and the history is that of MySQL, nothing lost and nothing of the lost time', async () => {
  const slug = await create();
  await update(slug, '2.0.0');
  await published();
  await eachTable((table) => [`CREATE TABLE kept_${table} AS SELECT * FROM ${table}`]);
  await update(slug, '3.0.0');
  const lost = await create();
  await published();

  await eachTable((table) => [`DELETE FROM ${table}`, `INSERT INTO ${table} SELECT * FROM kept_${table}`]);
  expect(await app.invoke('forget-unknown-history', {})).toEqual({ forgotten: 2 });
  expect(await app.invoke('forget-unknown-history', {})).toEqual({ forgotten: 0 });

  await update(slug, '2.1.0');
  await published();
  expect(await versions(slug)).toEqual(['2.1.0', '2.0.0', '1.0.0']);
  expect((await call('GET', `/${lost}`)).status).toBe(404);
});
