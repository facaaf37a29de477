import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectMysql, type Mysql } from '../../lib/adapters/mysql/connection.ts';
import { mysqlToolStore } from '../../lib/adapters/mysql/tools.ts';
import { insertAuthor, outboxEntry, toolRecord } from '../lib/adapters/mysql/tool-record.ts';
import { freshDatabase, type TestDatabase } from '../stores.ts';

/* Law: a change and its outbox entry become true together. No entry after a roll-back; none that others can see before the commit. */

let database: TestDatabase;
let mysql: Mysql;
let reader: Mysql;
let authorId = '';
beforeAll(async () => {
  database = await freshDatabase();
  mysql = connectMysql({ url: database.url, pool: 3 });
  reader = connectMysql({ url: database.url, pool: 1 });
  authorId = await insertAuthor(mysql);
});
afterAll(async () => {
  await Promise.all([mysql.end(), reader.end()]);
  await database.drop();
});

const waiting = async (): Promise<number> => (await reader.query('SELECT id FROM outbox')).length;

/** The planted breach: outbox entries go past the transaction. */
function withOutboxOutside(inner: Mysql): Mysql {
  return {
    ...inner,
    transaction: (work) =>
      inner.transaction((tx) =>
        work({ ...tx, execute: (sql, values) => (/INTO outbox/.test(sql) ? inner : tx).execute(sql, values) }),
      ),
  };
}

/** Looks at the outbox from another connection after each statement of the transaction, and fails the last one when told to. */
function observed(inner: Mysql, { failing }: { failing: boolean }) {
  const seen: number[] = [];
  const store: Mysql = {
    ...inner,
    transaction: (work) =>
      inner.transaction(async (tx) => {
        const result = await work({
          query: (sql, values) => tx.query(sql, values),
          execute: async (sql, values) => {
            const done = await tx.execute(sql, values);
            seen.push(await waiting());
            return done;
          },
        });
        if (failing) throw new Error('Rolled back by the test.');
        return result;
      }),
  };
  return { store, seen };
}

/** What of the law is broken, for each way to change a tool. */
async function breaches(wrap: (inner: Mysql) => Mysql): Promise<string[]> {
  const found: string[] = [];
  const tool = toolRecord({ slug: `law-${v7()}`, authorId });
  const plain = mysqlToolStore(mysql);
  const works = {
    insert: (store: Mysql, of = tool) => mysqlToolStore(store).insert([of], [outboxEntry(of)]),
    change: (store: Mysql) =>
      mysqlToolStore(store).change(tool.id, (current) => ({
        next: { ...current, name: v7(), revision: current.revision + 1 },
        outbox: [outboxEntry(tool)],
      })),
  };
  for (const [name, work] of Object.entries(works)) {
    await mysql.execute('DELETE FROM outbox');
    const failed = observed(mysql, { failing: true });
    await work(wrap(failed.store)).catch(() => undefined);
    if ((await waiting()) > 0) found.push(`${name}: an entry outlives its roll-back`);
    await mysql.execute('DELETE FROM outbox');
    const committed = observed(mysql, { failing: false });
    await work(wrap(committed.store));
    if (committed.seen.length === 0) found.push(`${name}: no statement was seen`);
    if (committed.seen.some((count) => count > 0)) found.push(`${name}: an entry is visible before the commit`);
    if ((await waiting()) !== 1) found.push(`${name}: ${await waiting()} entries after the commit`);
    if (name === 'insert' && !(await plain.find(tool.id))) found.push('insert: the tool is not there');
  }
  return found;
}

describe('an outbox entry', () => {
  it('is written in the transaction of its change', async () => {
    expect(await breaches((inner) => inner)).toEqual([]);
  });

  it('is caught when it is written outside', async () => {
    expect(await breaches(withOutboxOutside)).toEqual(
      expect.arrayContaining(['insert: an entry outlives its roll-back', 'change: an entry outlives its roll-back']),
    );
  });
});
