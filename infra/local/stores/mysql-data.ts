import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Program } from './find-program.ts';

/** A MySQL-compatible server: the two differ in how a data directory is made and in a few options. */
export interface MysqlProgram extends Program {
  kind: 'mariadb' | 'mysql';
  /** `10.11.19`. */
  version: string;
}

// MariaDB 11 renamed the file.
const systemTableFiles = ['mysql_system_tables.sql', 'mariadb_system_tables.sql'];

/** Options that every start of the program on this data needs, before all others. */
export async function baseOptions(program: MysqlProgram, data: string): Promise<string[]> {
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
  // A server that starts empties its folder for temporary tables: a shared one would lose another server's tables.
  const temporary = `${data}.tmp`;
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const common = ['--no-defaults', ...asRoot, `--tmpdir=${temporary}`];
  if (program.kind === 'mysql') return common;
  const share = await shareFolder(program);
  return [...common, `--basedir=${resolve(share, '../..')}`, `--lc-messages-dir=${share}`];
}

/** Makes the data directory with its system tables and no accounts that can log in over TCP, unless it is there. */
export async function initialiseData(program: MysqlProgram, data: string): Promise<void> {
  if (existsSync(data)) return;
  // Renamed when it is whole, so that a start which is killed half-way leaves nothing half-made in its place.
  const folder = dirname(data);
  const abandoned = (await readdir(folder)).filter((name) => name.startsWith(`${basename(data)}.new-`));
  for (const name of abandoned) await rm(join(folder, name), { recursive: true, force: true });
  const draft = await mkdtemp(`${data}.new-`);
  try {
    const options = [...(await baseOptions(program, data)), `--datadir=${draft}`, '--innodb-buffer-pool-size=16M'];
    if (program.kind === 'mysql') {
      await feed(program, [...options, '--initialize-insecure'], '');
    } else {
      const tables = `create database mysql;\nuse mysql;\n${await systemTables(program)}`;
      const bootstrap = ['--bootstrap', '--skip-grant-tables', '--innodb-log-file-size=32M'];
      await feed(program, [...options, ...bootstrap], tables);
    }
    await rename(draft, data);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function systemTables(program: Program): Promise<string> {
  const share = await shareFolder(program);
  const file = systemTableFiles.map((name) => join(share, name)).find((path) => existsSync(path));
  if (file === undefined) throw new Error(`no ${systemTableFiles.join(' or ')} in ${share}`);
  return readFile(file, 'utf8');
}

/** `share/mysql` or `share/mariadb` beside the `bin` or `sbin` that the program really lies in. */
async function shareFolder(program: Program): Promise<string> {
  const prefix = resolve(await realpath(program.path), '../..');
  const candidates = [join(prefix, 'share/mysql'), join(prefix, 'share/mariadb'), join(prefix, 'share')];
  const found = candidates.find((folder) => systemTableFiles.some((name) => existsSync(join(folder, name))));
  if (found === undefined) throw new Error(`the system tables of ${program.path} are not in ${candidates.join(', ')}`);
  return found;
}

async function feed(program: Program, args: string[], input: string): Promise<void> {
  const child = spawn(program.path, args, { env: program.env, stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done(code));
  });
  // A server that gives up early closes the pipe; its log says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [log, code] = await Promise.all([text(child.stderr), ended]);
  if (code === 0) return;
  const lines = log.trim().split('\n');
  throw new Error(lines.findLast((line) => /error/i.test(line) && !/aborting/i.test(line)) ?? lines.at(-1));
}
