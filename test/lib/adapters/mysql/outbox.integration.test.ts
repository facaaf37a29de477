import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectMysql, type Mysql } from '../../../../lib/adapters/mysql/connection.ts';
import { insertOutbox, mysqlOutbox } from '../../../../lib/adapters/mysql/outbox.ts';
import type { OutboxStore } from '../../../../lib/outbox/ports.ts';
import { freshDatabase, type TestDatabase } from '../../../stores.ts';
import { outboxEntry, toolRecord } from './tool-record.ts';

let database: TestDatabase;
let mysql: Mysql;
let outbox: OutboxStore;
beforeAll(async () => {
  database = await freshDatabase();
  mysql = connectMysql({ url: database.url, pool: 2 });
  outbox = mysqlOutbox(mysql);
});
beforeEach(() => mysql.execute('DELETE FROM outbox'));
afterAll(async () => {
  await mysql.end();
  await database.drop();
});

const tool = toolRecord({ slug: 'acme', authorId: v7(), description: "\u{1f600} \\ '" });
const entries = [
  outboxEntry(tool),
  outboxEntry(tool),
  outboxEntry(toolRecord({ slug: 'other', authorId: v7() })),
] as const;
const [first, second, other] = entries;

test('gives back what was written, those of the ids that are still there', async () => {
  await insertOutbox(mysql, entries);
  const found = await outbox.byIds([second.id, v7(), first.id]);
  expect(found.map(({ id, message }) => ({ id, message }))).toEqual([first, second]);
  expect(Math.abs((found[0]?.createdAt.getTime() ?? 0) - Date.now())).toBeLessThan(5000);
});

test('gives what waits for one tool', async () => {
  await insertOutbox(mysql, entries);
  expect((await outbox.ofTool(tool.id)).map(({ id }) => id)).toEqual([first.id, second.id]);
});

test('finds what is older than a time, oldest first, as many as asked for', async () => {
  await insertOutbox(mysql, entries);
  await mysql.execute('UPDATE outbox SET created_at = ? WHERE id = ?', [new Date(1000), other.id]);
  await mysql.execute('UPDATE outbox SET created_at = ? WHERE id = ?', [new Date(2000), first.id]);
  expect(await outbox.olderThan(new Date(3000), 10)).toEqual([other.id, first.id]);
  expect(await outbox.olderThan(new Date(2000), 10)).toEqual([other.id]);
  expect(await outbox.olderThan(new Date(3000), 1)).toEqual([other.id]);
});

test('removes what was told, and again changes nothing', async () => {
  await insertOutbox(mysql, entries);
  await outbox.remove([first.id, other.id]);
  await outbox.remove([first.id, other.id]);
  expect((await outbox.byIds(entries.map(({ id }) => id))).map(({ id }) => id)).toEqual([second.id]);
});

test('no entries and no ids ask nothing of the database', async () => {
  await insertOutbox(mysql, []);
  await outbox.remove([]);
  expect(await outbox.byIds([])).toEqual([]);
});

test('an entry that rolls back was never there', async () => {
  const failing = mysql.transaction(async (tx) => {
    await insertOutbox(tx, entries);
    throw new RangeError('no');
  });
  await expect(failing).rejects.toThrow(RangeError);
  expect(await outbox.byIds(entries.map(({ id }) => id))).toEqual([]);
});
