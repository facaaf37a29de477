import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onFreePort } from '../process/free-port.ts';
import { startChild } from '../process/start-child.ts';
import { unpackedProgram } from './debian-package.ts';
import { findOnPath, versionLine, type Program } from './find-program.ts';
import { baseOptions, initialiseData, type MysqlProgram } from './mysql-data.ts';
import { ownService } from './own-service.ts';
import { newSecret } from './secret.ts';
import { StoreUnavailable, watch, type Service, type StoreOptions } from './service.ts';

const applicationUser = 'platform';
/** Whose the schema is: who migrates. */
const ownerUser = 'owner';
const databaseName = 'mcp_platform';
const remedy = 'install mariadb-server (or MySQL 8) or set MYSQL_URL';

// The mode of MySQL 8, which MariaDB is to keep as well.
const sqlMode =
  'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

const settings = [
  '--bind-address=127.0.0.1',
  '--skip-name-resolve',
  // Relative to the data directory: an absolute path may exceed the 107 characters that a socket's name may have.
  '--socket=mysqld.sock',
  `--sql-mode=${sqlMode}`,
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_unicode_ci',
  '--default-time-zone=+00:00',
  '--explicit-defaults-for-timestamp=ON',
  '--innodb-flush-log-at-trx-commit=1',
  '--innodb-buffer-pool-size=64M',
  // By default it takes memory for a server of many: these are some 40 MB of an idle platform.
  '--innodb-log-buffer-size=2M',
  '--key-buffer-size=1M',
  '--table-open-cache=200',
  '--table-definition-cache=400',
  '--max-allowed-packet=64M',
  '--max-connections=100',
  '--performance-schema=OFF',
  '--local-infile=OFF',
];
const kindSettings = {
  mariadb: ['--innodb-log-file-size=32M', '--aria-pagecache-buffer-size=1M'],
  mysql: ['--mysqlx=OFF', '--skip-log-bin'],
};

/**
 * MySQL: `MYSQL_URL`, or `mariadbd`/`mysqld` from PATH, or MariaDB from Debian's packages, with its data in
 * `<state>/mysql`. The URL names the application's user, who may change rows only and only as far as the migrations grant it; `ownerUrl` one who may do
 * everything. Where the person brings a database of their own, that is `MYSQL_OWNER_URL`, or the same user.
 * Throws {@link StoreUnavailable}.
 */
export async function startMysql(options: StoreOptions): Promise<Service & { readonly ownerUrl: string }> {
  const own = await ownService('mysql', 'MYSQL_URL', options.env);
  if (own !== undefined) return { ...own, ownerUrl: options.env['MYSQL_OWNER_URL'] || own.url };
  const started = performance.now();
  const program = await findMysql(options).catch((error: Error) => {
    throw new StoreUnavailable(`MariaDB could not be had (${error.message}): ${remedy}`, error);
  });
  const server = await onFreePort(options.port, (port) => serve(program, port, options)).catch((error: Error) => {
    throw new StoreUnavailable(`${program.path} does not start (${error.message}): ${remedy}`, error);
  });
  return {
    name: 'mysql',
    url: server.url,
    ownerUrl: server.ownerUrl,
    how: `${program.kind === 'mariadb' ? 'mariadbd' : 'mysqld'} ${program.version} ${program.origin}`,
    ms: performance.now() - started,
    stop: watch('mysql', server.child, options.lost),
  };
}

async function findMysql({ env, cache, report }: StoreOptions): Promise<MysqlProgram> {
  const program: Program =
    findOnPath(['mariadbd', 'mysqld'], env) ??
    (await unpackedProgram({ packages: ['mariadb-server-core'], path: 'usr/sbin/mariadbd' }, cache, report));
  const line = await versionLine(program);
  const version = /Ver (\d+\.\d+\.\d+)/.exec(line)?.[1] ?? 'of unknown version';
  return { ...program, kind: /mariadb/i.test(line) ? 'mariadb' : 'mysql', version };
}

async function serve(program: MysqlProgram, port: number, { state }: StoreOptions) {
  const data = join(state, 'mysql');
  mkdirSync(join(state, 'run'), { recursive: true });
  await initialiseData(program, data);
  const passwords = { [applicationUser]: newSecret(), [ownerUser]: newSecret() };
  const child = await startChild({
    name: 'mysql',
    state,
    command: program.path,
    args: [
      ...(await baseOptions(program, data)),
      ...settings,
      ...kindSettings[program.kind],
      `--datadir=${data}`,
      `--port=${port}`,
      '--pid-file=mysqld.pid',
      `--init-file=${accountFile(state, passwords)}`,
    ],
    env: program.env,
    ready: /ready for connections/,
    portTaken: /address already in use/i,
  });
  const urlOf = (user: keyof typeof passwords) =>
    `mysql://${user}:${passwords[user]}@127.0.0.1:${port}/${databaseName}`;
  return { child, url: urlOf(applicationUser), ownerUrl: urlOf(ownerUser) };
}

/** Run by the server at each start, with the passwords of this start. One statement a line. Accounts are made anew, so that nothing granted before is left. */
function accountFile(state: string, passwords: Readonly<Record<string, string>>): string {
  const file = join(state, 'run', 'mysql-account.sql');
  const statements = [
    ...Object.entries(passwords).flatMap(([user, password]) => [
      `DROP USER IF EXISTS '${user}'@'127.0.0.1'`,
      `CREATE USER '${user}'@'127.0.0.1' IDENTIFIED BY '${password}'`,
    ]),
    `GRANT ALL PRIVILEGES ON *.* TO '${ownerUser}'@'127.0.0.1' WITH GRANT OPTION`,
    `CREATE DATABASE IF NOT EXISTS ${databaseName} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
  ];
  writeFileSync(file, `${statements.join(';\n')};\n`, { mode: 0o600 });
  return file;
}
