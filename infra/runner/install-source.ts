import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { readCommand } from '../../lib/launch/read-command.ts';
import type { InstallOptions } from './install-options.ts';
import { runNpm } from './run-npm.ts';
import type { Command } from './server-process.ts';

/** Code at one commit: an archive, and the folder of the package in it. */
export interface SourceCall {
  readonly launcher: string;
  readonly url: string;
  /** '' is the archive's root. */
  readonly subfolder: string;
  readonly program: string;
  readonly args: readonly string[];
}

const archive =
  /^(?<url>https?:\/\/[^#\s]+(?:\.tar\.gz|\/tarball\/[0-9a-f]{40,64}))(?:#subdirectory=(?<subfolder>[\w@.][\w@./-]*))?$/;
const maxBytes = 64 * 1024 * 1024;
const fetchMs = 60_000;
const PackageJson = z.looseObject({
  name: z.string().optional(),
  bin: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  scripts: z.record(z.string(), z.string()).default({}),
});

/** Reads `npx -y --package=<archive> program …args` and `uvx --from <archive> program …args`; undefined for anything else. */
export function readSourceCall(command: string, args: readonly string[]): SourceCall | undefined {
  const call = readCommand(command, args);
  const { url, subfolder = '' } = archive.exec(call?.spec ?? '')?.groups ?? {};
  if (!call || url === undefined || call.program === undefined || subfolder.split('/').includes('..')) return undefined;
  return { launcher: call.launcher, url, subfolder, program: call.program, args: call.args };
}

/**
 * Fetches the archive, builds what says how it is built, and starts the program from its folder. npm itself would install an archive without building it.
 * @throws Error with a reason for people.
 */
export async function installSource(call: SourceCall, options: InstallOptions): Promise<Command> {
  const { launch, log } = options;
  const root = await mkdtemp(join(options.folder, 'source-'));
  log.add('runner', `fetching ${call.url}`);
  await unpack(call.url, root, options.signal);
  const folder = join(root, call.subfolder);
  if (call.launcher !== 'npx')
    return { ...launch, command: 'uvx', args: ['--from', folder, call.program, ...call.args] };
  const { name, bin, scripts } = await readManifest(folder);
  const run = { ...options, folder, what: `the package ${name ?? ''} of this commit` };
  const ignored = options.scripts ? [] : ['--ignore-scripts'];
  await runNpm(['install', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error', ...ignored], run);
  if (scripts['build'] !== undefined) {
    log.add('runner', 'running its build script');
    await runNpm(['run', 'build', '--loglevel=error'], { ...run, what: `the build of ${name ?? 'the package'}` });
  }
  const file = typeof bin === 'string' ? bin : bin?.[call.program];
  if (file === undefined) throw new Error(`package.json of this commit has no program ${call.program}`);
  return { ...launch, command: process.execPath, args: [join(folder, file), ...call.args], cwd: folder };
}

async function readManifest(folder: string) {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error('this commit has no package.json where one is expected');
  try {
    return PackageJson.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error('package.json of this commit cannot be read', { cause });
  }
}

/** The folder that archives of a commit begin with is left out. */
async function unpack(url: string, folder: string, stop: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(fetchMs)]);
  const response = await fetch(url, { signal }).catch((cause: unknown) => {
    throw new Error('the code of this commit could not be fetched', { cause });
  });
  if (response.status !== 200 || !response.body)
    throw new Error(`the code of this commit could not be fetched: the host answered ${response.status}`);
  const tar = spawn('tar', ['-xz', '--strip-components=1', '--no-same-owner', '--no-same-permissions', '-C', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const closed = once(tar, 'close').catch(() => [null]);
  try {
    await pipeline(response.body, limited, tar.stdin, { signal });
  } catch (cause) {
    tar.kill('SIGKILL');
    await closed;
    throw cause instanceof TooLarge ? cause : new Error('the code of this commit could not be unpacked', { cause });
  }
  const [code] = (await closed) as [number | null];
  if (code !== 0) throw new Error('the code of this commit could not be unpacked');
}

class TooLarge extends Error {}

async function* limited(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new TooLarge(`the code of this commit is more than ${maxBytes / 1024 / 1024} MB`);
    yield chunk;
  }
}
