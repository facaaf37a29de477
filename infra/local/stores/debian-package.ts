import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Program } from './find-program.ts';

const run = promisify(execFile);

const abandonedMs = 60 * 60 * 1000;
const maxDepth = 4;

export interface DebianProgram {
  /** The packages that hold the program; the first names the folder in the cache. */
  packages: [string, ...string[]];
  /** Where the program lies in them: `usr/sbin/mariadbd`. */
  path: string;
}

/**
 * Has a program from Debian's (or Ubuntu's) packages without installing anything and without root: downloads them,
 * with the libraries that this machine lacks, and unpacks them into `<cache>/<package>`. What is there already is used
 * without asking anybody. Several processes may do this at once.
 * Throws with apt's or dpkg's own last line where it cannot be done.
 */
export async function unpackedProgram(
  wanted: DebianProgram,
  cache: string,
  report?: (line: string) => void,
): Promise<Program> {
  const root = join(cache, wanted.packages[0]);
  if (!existsSync(root)) {
    report?.(`fetching ${wanted.packages[0]} from this machine's package archive, once`);
    await unpackInto(root, wanted, cache);
  }
  const env = { ...process.env, LD_LIBRARY_PATH: (await libraryFolders(root)).join(':') };
  const place = relative(process.cwd(), cache);
  return { path: join(root, wanted.path), env, origin: `unpacked in ${place.startsWith('..') ? cache : place}` };
}

async function unpackInto(root: string, wanted: DebianProgram, cache: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  const work = await mkdtemp(join(cache, '.unpacking-'));
  try {
    const fresh = join(work, 'root');
    const apt = await unpack(await systemApt(), wanted.packages, fresh, work);
    await addMissingLibraries(apt, wanted, fresh, work);
    await rename(fresh, root).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster; theirs is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Downloads with this machine's package lists; where they are missing or stale, with lists of our own. */
async function unpack(apt: string[], packages: string[], root: string, work: string): Promise<string[]> {
  try {
    await downloadAndUnpack(apt, packages, root, work);
    return apt;
  } catch {
    const own = await privateApt(work);
    await downloadAndUnpack(own, packages, root, work);
    return own;
  }
}

async function downloadAndUnpack(apt: string[], packages: string[], root: string, work: string): Promise<void> {
  const folder = join(work, randomUUID());
  await mkdir(folder);
  await command('apt-get', [...apt, 'download', ...packages], folder);
  for (const file of await readdir(folder)) await command('dpkg', ['-x', join(folder, file), root]);
}

async function systemApt(): Promise<string[]> {
  await Promise.all([command('apt-get', ['--version']), command('dpkg', ['--version'])]);
  return [];
}

/** Fetches package lists into a folder of our own, as any user may, leaving the machine's as they are. */
async function privateApt(work: string): Promise<string[]> {
  const folder = join(work, 'apt');
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'archives', 'partial'), { recursive: true });
  const config = join(folder, 'apt.conf');
  // Images for containers hook in clean-ups that need root; a list can only be cleared from a configuration file.
  await writeFile(
    config,
    `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State "${folder}";
Dir::State::lists "${folder}/lists";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "${folder}";
Dir::Cache::archives "${folder}/archives";
Debug::NoLocking "1";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "15";
Acquire::https::Timeout "15";
`,
  );
  const apt = ['-c', config];
  // One unreachable source among several fails the update though the others' lists are there: the download shows it.
  await command('apt-get', [...apt, 'update']).catch((error: Error) => error);
  return apt;
}

async function addMissingLibraries(apt: string[], wanted: DebianProgram, root: string, work: string): Promise<void> {
  const seen = new Set<string>(wanted.packages);
  let layer: string[] = wanted.packages;
  for (let depth = 0; depth < maxDepth; depth += 1) {
    if ((await missingLibraries(join(root, wanted.path), root)).length === 0) return;
    layer = (await libraryDependencies(apt, layer)).filter((name) => !seen.has(name));
    for (const name of layer) seen.add(name);
    const lacking = await notInstalled(layer);
    if (lacking.length > 0) await unpack(apt, lacking, root, work);
  }
  const missing = await missingLibraries(join(root, wanted.path), root);
  if (missing.length > 0) throw new Error(`no package found for ${missing.join(', ')}`);
}

async function missingLibraries(program: string, root: string): Promise<string[]> {
  const env = { ...process.env, LD_LIBRARY_PATH: (await libraryFolders(root)).join(':') };
  const output = await command('ldd', [program], undefined, env);
  return [...output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '');
}

async function libraryDependencies(apt: string[], packages: string[]): Promise<string[]> {
  const output = await command('apt-cache', [...apt, 'depends', '--important', ...packages]);
  return [...new Set([...output.matchAll(/^\s*\|?(?:Pre)?Depends: (lib\S+)/gm)].map((match) => match[1] ?? ''))];
}

async function notInstalled(packages: string[]): Promise<string[]> {
  const status = await Promise.all(
    packages.map((name) => command('dpkg-query', ['-W', '-f', '${db:Status-Status}', name]).catch(() => 'unknown')),
  );
  return packages.filter((_, index) => !status[index]?.startsWith('installed'));
}

async function libraryFolders(root: string): Promise<string[]> {
  const folders: string[] = [];
  for (const base of ['lib', 'usr/lib', 'usr/local/lib']) {
    const entries = await readdir(join(root, base), { withFileTypes: true }).catch(() => []);
    folders.push(...entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, base, entry.name)));
  }
  return folders;
}

/** A start that was killed leaves its working folder. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith('.unpacking-')) continue;
    const folder = join(cache, name);
    const age = Date.now() - (await stat(folder).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > abandonedMs) await rm(folder, { recursive: true, force: true });
  }
}

async function command(program: string, args: string[], cwd?: string, env = process.env): Promise<string> {
  try {
    const { stdout } = await run(program, args, { cwd, env: { ...env, LC_ALL: 'C' }, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { code, stderr = '' } = error as { code?: string | number; stderr?: string };
    if (code === 'ENOENT') throw new Error(`there is no ${program} here`, { cause: error });
    const lines = stderr.trim().split('\n');
    const last = lines.findLast((line) => line.startsWith('E:')) ?? lines.at(-1) ?? '';
    throw new Error(`${program}: ${last.replace(/^E: /, '')}`, { cause: error });
  }
}
