import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { connectMysql, type Mysql, mysqlProbe, type SqlValue } from '../../../../lib/adapters/mysql/connection.ts';
import { DuplicateKey } from '../../../../lib/adapters/mysql/errors.ts';
import { emptyDatabase, type TestDatabase } from '../../../stores.ts';
import { startStoreNetwork, type StoreNetwork } from '../../../faults/store-network.ts';
import { lateMs } from '../../../wait-until.ts';

let database: TestDatabase;
let mysql: Mysql;
beforeAll(async () => {
  database = await emptyDatabase();
  mysql = connectMysql({ url: database.url, pool: 4 });
  await mysql.execute(
    'CREATE TABLE notes (id INT PRIMARY KEY, text MEDIUMTEXT, at DATETIME(3), UNIQUE KEY notes_at (at))',
  );
});
beforeEach(() => mysql.execute('DELETE FROM notes'));
afterAll(async () => {
  await mysql.end();
  await database.drop();
});

async function throughProxy(pool = 1): Promise<{ proxy: StoreNetwork; behind: Mysql }> {
  const proxy = await startStoreNetwork(database.url);
  const behind = connectMysql({ url: proxy.url, pool });
  onTestFinished(async () => {
    await proxy.close();
    await behind.end();
  });
  return { proxy, behind };
}
const unavailable = { type: 'service-unavailable', options: { headers: { 'retry-after': '1' } } };
const notes = async (): Promise<number[]> =>
  (await mysql.query<{ id: number }>('SELECT id FROM notes ORDER BY id')).map(({ id }) => id);
const insert = 'INSERT INTO notes (id) VALUES (?)';

test('keeps texts byte for byte and times to the millisecond in UTC', async () => {
  const text = '{"b":1,"a":"\\u0000 \u{1f600} \' \\\\ ? % é"}';
  const at = new Date('2026-03-29T01:30:00.123Z');
  await mysql.execute('INSERT INTO notes VALUES (?, ?, ?)', [1, text, at]);
  expect(await mysql.query('SELECT * FROM notes')).toEqual([{ id: 1, text, at }]);
});

test('works in strict mode and in UTC whatever the server is set to', async () => {
  await expect(mysql.execute(insert, ['no number'])).rejects.toThrow('Incorrect integer value');
  const [row] = await mysql.query<{ zone: string; collation: string }>(
    'SELECT @@session.time_zone AS zone, @@session.collation_connection AS collation',
  );
  expect(row).toEqual({ zone: '+00:00', collation: 'utf8mb4_unicode_520_ci' });
});

test.each([[{ id: 1 }], [[1, 2]], [undefined], [Number.NaN], [new Date('never')], [() => 1], [1n]])(
  'refuses %o as a value, which the driver would turn into SQL or nonsense',
  async (value) => {
    await expect(mysql.query('SELECT ? AS v', [value as unknown as SqlValue])).rejects.toThrow(TypeError);
  },
);

test('a duplicate is an error that names the key', async () => {
  const at = new Date(0);
  await mysql.execute('INSERT INTO notes VALUES (1, NULL, ?)', [at]);
  const again = mysql.execute('INSERT INTO notes VALUES (2, NULL, ?)', [at]);
  await expect(again).rejects.toThrow(DuplicateKey);
  await expect(again).rejects.toMatchObject({ key: 'notes_at' });
});

test('an error does not carry the values of its statement', async () => {
  const failed = mysql.execute("INSERT INTO notes (nowhere) VALUES ('s3cret')").catch((error: unknown) => error);
  expect(JSON.stringify(await failed)).not.toContain('s3cret');
});

test('a transaction is there as a whole or not at all', async () => {
  await mysql.transaction(async (tx) => {
    await tx.execute(insert, [1]);
    await tx.execute(insert, [2]);
  });
  const failing = mysql.transaction(async (tx) => {
    await tx.execute(insert, [3]);
    throw new RangeError('changed my mind');
  });
  await expect(failing).rejects.toThrow(RangeError);
  expect(await notes()).toEqual([1, 2]);
});

test('a deadlocked transaction is run once more and succeeds', async () => {
  await mysql.execute('INSERT INTO notes (id) VALUES (1), (2)');
  let runs = 0;
  const bothHold = Promise.withResolvers<void>();
  const bump = (first: number, second: number) =>
    mysql.transaction(async (tx) => {
      await tx.execute("UPDATE notes SET text = CONCAT(COALESCE(text, ''), 'x') WHERE id = ?", [first]);
      runs += 1;
      // The third run finds it resolved.
      if (runs === 2) bothHold.resolve();
      await bothHold.promise;
      await tx.execute("UPDATE notes SET text = CONCAT(COALESCE(text, ''), 'x') WHERE id = ?", [second]);
    });
  await Promise.all([bump(1, 2), bump(2, 1)]);
  expect(runs).toBe(3);
  expect(await mysql.query('SELECT text FROM notes')).toEqual([{ text: 'xx' }, { text: 'xx' }]);
});

test('a lock that somebody keeps is waited for twice, then answered as unavailable', async () => {
  await mysql.execute(insert, [1]);
  const keeper = await createConnection(database.url);
  await keeper.query('START TRANSACTION');
  await keeper.query('SELECT * FROM notes WHERE id = 1 FOR UPDATE');
  const blocked = mysql.transaction((tx) => tx.execute('UPDATE notes SET text = ? WHERE id = 1', ['mine']));
  await expect(blocked).rejects.toMatchObject(unavailable);
  await keeper.end();
});

test('a database that is down answers as unavailable', async () => {
  const { proxy, behind } = await throughProxy();
  await proxy.close();
  const started = performance.now();
  await expect(behind.query('SELECT 1')).rejects.toMatchObject(unavailable);
  expect(performance.now() - started).toBeLessThan(lateMs);
});

test('a database that accepts and then says nothing answers as unavailable within the connect deadline', async () => {
  const { proxy, behind } = await throughProxy();
  proxy.fail('stall');
  const started = performance.now();
  await expect(behind.execute(insert, [1])).rejects.toMatchObject(unavailable);
  expect(performance.now() - started).toBeLessThan(2_000 + lateMs);
});

test('a statement that is not answered in 5 s is given up, also by those who wait for its connection', async () => {
  const { proxy, behind } = await throughProxy();
  await behind.query('SELECT 1');
  proxy.fail('stall');
  const started = performance.now();
  const both = await Promise.allSettled([behind.query('SELECT 1'), behind.query('SELECT 2')]);
  expect(both).toMatchObject([
    { status: 'rejected', reason: unavailable },
    { status: 'rejected', reason: unavailable },
  ]);
  expect(performance.now() - started).toBeLessThan(5_000 + lateMs);
});

test('a probe rejects in the time it is given', async () => {
  const { proxy, behind } = await throughProxy();
  await mysqlProbe(behind)(1000);
  proxy.fail('stall');
  const started = performance.now();
  await expect(mysqlProbe(behind)(200)).rejects.toThrow('did not answer within 200 ms');
  expect(performance.now() - started).toBeLessThan(lateMs);
});

test('an account with no connection left answers as unavailable, to be tried again', async () => {
  await mysql.execute("CREATE USER 'narrow'@'127.0.0.1' IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 1");
  onTestFinished(async () => void (await mysql.execute("DROP USER 'narrow'@'127.0.0.1'")));
  const url = Object.assign(new URL(database.url), { username: 'narrow', password: 'x', pathname: '' }).href;
  const [first, second] = [connectMysql({ url, pool: 1 }), connectMysql({ url, pool: 1 })];
  await first.query('SELECT 1');
  await expect(second.query('SELECT 1')).rejects.toMatchObject(unavailable);
  await first.end();
  await expect.poll(() => second.query('SELECT 1 AS one').catch(() => [])).toEqual([{ one: 1 }]);
  await second.end();
});

/** As Lambda does between two requests: nothing of what happens on the network is noticed. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('a write after a thaw survives that the server closed the connection meanwhile', async () => {
  const one = connectMysql({ url: database.url, pool: 1 });
  const killer = await createConnection(database.url);
  const [row] = await one.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
  const killed = killer.query(`KILL ${row?.id}`);
  freeze(1200);
  await one.execute(insert, [1]);
  await killed;
  expect(await notes()).toEqual([1]);
  await one.end();
  await killer.end();
});

test('a pool whose connections have all gone stale recovers by itself', async () => {
  const pool = connectMysql({ url: database.url, pool: 3 });
  const killers = await Promise.all([1, 2, 3].map(() => createConnection(database.url)));
  const ids = await Promise.all(
    [1, 2, 3].map(() => pool.query<{ id: number }>('SELECT CONNECTION_ID() AS id, SLEEP(0.05)')),
  );
  const kills = killers.map((killer, index) => killer.query(`KILL ${ids[index]?.[0]?.id}`));
  freeze(1200);
  await Promise.all([1, 2, 3].map((id) => pool.execute(insert, [id])));
  await Promise.all(kills);
  expect(await notes()).toEqual([1, 2, 3]);
  await Promise.all([pool.end(), ...killers.map((killer) => killer.end())]);
});

test('a read whose answer was lost is repeated', async () => {
  const { proxy, behind } = await throughProxy();
  await behind.query('SELECT 1');
  proxy.cutAnswerTo('SELECT 2');
  expect(await behind.query('SELECT 2 AS two')).toEqual([{ two: 2 }]);
  expect(proxy.opened()).toBe(2);
});

test('a write whose answer was lost may have happened and is never repeated', async () => {
  await mysql.execute('INSERT INTO notes (id, text) VALUES (1, ?)', ['']);
  const { proxy, behind } = await throughProxy();
  await behind.query('SELECT 1');
  proxy.cutAnswerTo('UPDATE notes');
  await expect(behind.execute("UPDATE notes SET text = CONCAT(text, 'x')")).rejects.toMatchObject(unavailable);
  await expect.poll(() => mysql.query('SELECT text FROM notes')).toEqual([{ text: 'x' }]);
});

test('a transaction that was lost before its commit is run once more, and counts once', async () => {
  const { proxy, behind } = await throughProxy();
  await behind.query('SELECT 1');
  proxy.cutAnswerTo('INSERT INTO notes');
  await behind.transaction((tx) => tx.execute(insert, [1]));
  expect(await notes()).toEqual([1]);
});

test('a transaction that was lost during its commit is not run again', async () => {
  const { proxy, behind } = await throughProxy();
  await behind.query('SELECT 1');
  proxy.cutAnswerTo('COMMIT');
  let runs = 0;
  const lost = behind.transaction(async (tx) => {
    runs += 1;
    await tx.execute(insert, [1]);
  });
  await expect(lost).rejects.toMatchObject(unavailable);
  expect(runs).toBe(1);
  await expect.poll(notes).toEqual([1]);
});

test('goes on after a lost connection: what follows opens a new one', async () => {
  const { proxy, behind } = await throughProxy();
  proxy.cutAnswerTo('DELETE');
  await expect(behind.execute('DELETE FROM notes')).rejects.toMatchObject(unavailable);
  await behind.execute(insert, [7]);
  expect(await notes()).toEqual([7]);
});
