import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMysql } from '../../../../infra/local/stores/mysql.ts';

import { cache, env, temporaryState } from '../temporary-state.ts';

const { state: root, remove } = temporaryState();
// Longer than a Unix socket's path may be, with what needs quoting.
const state = join(root, `a state's ${'long'.repeat(30)}`);
const options = { state, cache, env };
let service: Awaited<ReturnType<typeof startMysql>>;
let connection: Connection;

beforeAll(async () => {
  mkdirSync(state);
  service = await startMysql(options);
  connection = await createConnection(service.ownerUrl);
});
afterAll(async () => {
  await connection.end();
  await service.stop();
  remove();
});

async function value(sql: string, on = connection): Promise<unknown> {
  const [rows] = await on.query<RowDataPacket[]>(`SELECT ${sql} AS value`);
  return rows[0]?.['value'];
}

describe('the server', () => {
  test('keeps the strict mode of MySQL 8, UTF-8, UTC and a flush at each commit', async () => {
    const strict = ['ONLY_FULL_GROUP_BY', 'STRICT_TRANS_TABLES', 'NO_ZERO_DATE', 'ERROR_FOR_DIVISION_BY_ZERO'];
    expect(String(await value('@@sql_mode')).split(',')).toEqual(expect.arrayContaining(strict));
    expect(await value('@@character_set_database')).toBe('utf8mb4');
    expect(await value('@@time_zone')).toBe('+00:00');
    expect(await value('@@innodb_flush_log_at_trx_commit')).toBe(1);
    expect(await value('DATABASE()')).toBe('mcp_platform');
    await connection.query('CREATE TABLE strict (word VARCHAR(3))');
    await expect(connection.query("INSERT INTO strict VALUES ('four')")).rejects.toThrow('Data too long');
  });

  test('lets in nobody over TCP without the password', async () => {
    const { port, hostname } = new URL(service.url);
    for (const user of ['root', 'owner', 'platform', '']) {
      const attempt = createConnection({ host: hostname, port: Number(port), user });
      await expect(attempt).rejects.toThrow('Access denied');
    }
  });

  test('keeps its password where its owner alone can read it', () => {
    const file = join(state, 'run/mysql-account.sql');
    expect(statSync(file).mode & 0o077).toBe(0);
    for (const url of [service.url, service.ownerUrl])
      expect(readFileSync(file, 'utf8')).toContain(new URL(url).password);
  });

  test('says where it comes from', () => {
    expect(service.how).toMatch(/^(mariadbd|mysqld) \d+\.\d+\.\d+ (from PATH|unpacked in \.local\/debian)$/);
  });
});

test('keeps what was written over a restart, under a password of the new start', async () => {
  await connection.query('CREATE TABLE kept (word TEXT)');
  await connection.query("INSERT INTO kept VALUES ('grüße 🎉')");
  await connection.end();
  await service.stop();
  const { password } = new URL(service.url);
  service = await startMysql(options);
  connection = await createConnection(service.ownerUrl);
  expect(new URL(service.url).password).not.toBe(password);
  expect(await value('(SELECT word FROM kept)')).toBe('grüße 🎉');
});

test('has every acknowledged write after the server itself got kill -9', async () => {
  const { state: other, remove: removeOther } = temporaryState();
  const lost = Promise.withResolvers<string>();
  const doomed = await startMysql({ ...options, state: other, lost: lost.resolve });
  const before = await createConnection(doomed.ownerUrl);
  await before.query('CREATE TABLE writes (id INT PRIMARY KEY AUTO_INCREMENT)');
  for (let n = 0; n < 50; n += 1) await before.query('INSERT INTO writes () VALUES ()');
  const { pid } = JSON.parse(readFileSync(join(other, 'run', 'mysql.json'), 'utf8')) as { pid: number };
  before.on('error', () => undefined);
  process.kill(pid, 'SIGKILL');
  expect(await lost.promise).toBe('mysql is gone: it ended by SIGKILL');
  before.destroy();
  const again = await startMysql({ ...options, state: other });
  const after = await createConnection(again.ownerUrl);
  expect(await value('(SELECT COUNT(*) FROM writes)', after)).toBe(50);
  await after.end();
  await again.stop();
  removeOther();
});

test('starts over where an earlier start was killed while it made the data directory', async () => {
  const { state: other, remove: removeOther } = temporaryState();
  mkdirSync(join(other, 'mysql.new-half-made'));
  writeFileSync(join(other, 'mysql.new-half-made', 'ibdata1'), 'half');
  await (await startMysql({ ...options, state: other })).stop();
  expect(readdirSync(other).filter((name) => name.startsWith('mysql.new'))).toEqual([]);
  removeOther();
});

test('starts many new ones at the same time', async () => {
  const states = Array.from({ length: 4 }, temporaryState);
  const services = await Promise.all(states.map(({ state: each }) => startMysql({ ...options, state: each })));
  expect(new Set(services.map(({ url }) => url)).size).toBe(4);
  await Promise.all(services.map((each) => each.stop()));
  for (const { remove: removeEach } of states) removeEach();
});

test('gives MySQL the options that MySQL knows', async () => {
  const { state: other, remove: removeOther } = temporaryState();
  mkdirSync(join(other, 'bin'));
  const script = `#!/bin/sh
echo "$@" >> ${other}/calls
case "$*" in
  *--version*) echo '/usr/sbin/mysqld  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)';;
  *--initialize-insecure*) ;;
  *) echo 'ready for connections' >&2; while :; do sleep 0.05; done;;
esac
`;
  writeFileSync(join(other, 'bin', 'mariadbd'), script, { mode: 0o755 });
  const mysql = await startMysql({ ...options, state: other, env: { PATH: `${other}/bin:${process.env['PATH']}` } });
  expect(mysql.how).toBe('mysqld 8.0.36 from PATH');
  await mysql.stop();
  const [, initialise = '', serve = ''] = readFileSync(join(other, 'calls'), 'utf8').split('\n');
  expect(initialise).toContain(`--datadir=${other}/mysql.new`);
  expect(serve).toContain('--mysqlx=OFF');
  expect(serve).not.toContain('--basedir');
  removeOther();
});

test('tells when it ends without having been asked to', async () => {
  const { state: other, remove: removeOther } = temporaryState();
  const lost = Promise.withResolvers<string>();
  const { ownerUrl } = await startMysql({ ...options, state: other, lost: lost.resolve });
  const doomed = await createConnection(ownerUrl);
  await doomed.query('SHUTDOWN');
  doomed.destroy();
  expect(await lost.promise).toBe('mysql is gone: it ended with status 0');
  removeOther();
});

describe('when it cannot be had', () => {
  test('names what to install or set where there is neither the program nor apt', async () => {
    const { state: bare, remove: removeBare } = temporaryState();
    const path = process.env['PATH'];
    process.env['PATH'] = bare;
    const attempt = startMysql({ state: bare, cache: join(bare, 'cache'), env: { PATH: bare } });
    await expect(attempt).rejects.toThrow(
      /^MariaDB could not be had \(there is no (apt-get|dpkg) here\): install mariadb-server \(or MySQL 8\) or set MYSQL_URL$/,
    );
    process.env['PATH'] = path;
    removeBare();
  });

  test('says why a data directory cannot be used, in one line', async () => {
    const { state: broken, remove: removeBroken } = temporaryState();
    mkdirSync(join(broken, 'mysql'));
    writeFileSync(join(broken, 'mysql', 'ibdata1'), 'not a tablespace');
    // Without the flag `s` a dot matches no end of line.
    await expect(startMysql({ ...options, state: broken })).rejects.toThrow(
      /^.*mariadbd does not start \(.*logs\/mysql\.log\)\): install .* or set MYSQL_URL$/,
    );
    removeBroken();
  });

  test('uses MYSQL_URL as it is, once something answers there', async () => {
    const own = await startMysql({ ...options, env: { MYSQL_URL: service.url } });
    expect(own).toMatchObject({ url: service.url, how: 'yours: MYSQL_URL' });
    await own.stop();
    expect(await value('1')).toBe(1);
    const nobody = startMysql({ ...options, env: { MYSQL_URL: 'mysql://root@127.0.0.1:1/x' } });
    await expect(nobody).rejects.toThrow('MYSQL_URL points at 127.0.0.1:1, where nothing answers');
  });
});
