import { spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import * as z from 'zod';
import type { Guard } from './guard.ts';
import { lineReader } from './lines.ts';
import type { LogBuffer } from './log-buffer.ts';
import { chooseProgram, type NpxCall, readNpxCall } from './npx.ts';
import type { Command } from './server-process.ts';

const INSTALL_MS = 100_000;
const PackageJson = z.looseObject({ version: z.string().optional(), bin: z.unknown().optional() });

export interface InstallOptions {
  readonly launch: Command;
  /** What npm gets to see: PATH and the registry's settings, never the deployment's values. */
  readonly installEnvironment: Readonly<Record<string, string>>;
  /** Whether packages may run their install scripts. */
  readonly scripts: boolean;
  /** Where packages are put: a directory of the runner's own. */
  readonly folder: string;
  readonly guard: Guard;
  readonly log: LogBuffer;
  readonly signal: AbortSignal;
}

/**
 * Makes ready what the launch names. An npm package is installed once and started directly from then on, so that a
 * session or a restart neither waits for npm nor needs the registry. Everything else is started as it stands.
 * @throws Error with a reason for people when the package cannot be had.
 */
export async function install(options: InstallOptions): Promise<Command> {
  const { launch } = options;
  const call = readNpxCall(launch.command, launch.args);
  if (call === undefined) return launch;
  const folder = await mkdtemp(join(options.folder, 'package-'));
  options.log.add('runner', `installing ${call.spec}`);
  await npmInstall(call, folder, options);
  const { version, bin } = PackageJson.parse(
    JSON.parse(await readFile(join(folder, 'node_modules', call.name, 'package.json'), 'utf8')),
  );
  const program = call.program ?? chooseProgram(call.name, bin);
  if (program === undefined) throw new Error(`the package ${call.spec} has no program to run`);
  options.log.add('runner', `installed ${call.name} ${version ?? ''}`.trim());
  const programs = join(folder, 'node_modules', '.bin');
  return {
    command: join(programs, program),
    args: call.args,
    env: { ...launch.env, PATH: `${programs}${delimiter}${launch.env['PATH'] ?? ''}` },
    cwd: launch.cwd,
  };
}

async function npmInstall({ spec, registry }: NpxCall, folder: string, options: InstallOptions): Promise<void> {
  const { installEnvironment, scripts, guard, log } = options;
  const quiet = ['--no-audit', '--no-fund', '--omit=dev', '--loglevel=error'];
  const from = registry === undefined ? [] : [`--registry=${registry}`];
  const args = ['install', '--prefix', folder, ...quiet, ...from, ...(scripts ? [] : ['--ignore-scripts']), spec];
  // The same start as a server's: the guard knows it, and what npm starts is ended with it.
  const npm = spawn('/bin/sh', ['-c', 'echo "+ $$" >&3; exec 3>&-; exec npm "$@"', 'sh', ...args], {
    env: { ...npmManners, ...installEnvironment, ...guard.variables },
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', guard.input],
  });
  for (const name of ['stdout', 'stderr'] as const) {
    const output = lineReader((line) => log.add(name, line), { maxBytes: 64 * 1024, tooLong: () => undefined });
    npm[name]?.on('data', (chunk: Buffer) => output.push(chunk));
  }
  const killGroup = (): void => {
    try {
      if (npm.pid !== undefined) process.kill(-npm.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const enough = AbortSignal.any([options.signal, AbortSignal.timeout(INSTALL_MS)]);
  enough.addEventListener('abort', killGroup);
  const code = await new Promise<number | null>((resolve, reject) => {
    npm.once('error', reject);
    npm.once('close', resolve);
  });
  enough.removeEventListener('abort', killGroup);
  killGroup();
  if (npm.pid !== undefined) guard.forget(npm.pid);
  if (enough.aborted) throw new Error(`the package ${spec} could not be installed within ${INSTALL_MS / 1_000} s`);
  if (code !== 0) throw new Error(reasonOf(spec, log.lastErrors(20).join('\n')));
}

/** A registry that does not answer is reported within the minute. */
const npmManners = {
  npm_config_fetch_retries: '2',
  npm_config_fetch_retry_mintimeout: '500',
  npm_config_fetch_retry_maxtimeout: '4000',
  npm_config_fetch_timeout: '20000',
  npm_config_update_notifier: 'false',
};

function reasonOf(spec: string, said: string): string {
  if (/\bE404\b/.test(said)) return `the package ${spec} does not exist in the registry`;
  if (/\bETARGET\b/.test(said)) return `the package ${spec} has no such version`;
  if (/\bEBADENGINE\b/.test(said)) return `the package ${spec} does not run on this version of Node`;
  if (/\b(ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN)\b/.test(said)) return `the registry of ${spec} cannot be reached`;
  if (/\b(CERT_|SELF_SIGNED_CERT|UNABLE_TO_VERIFY)/.test(said))
    return `the registry of ${spec} shows a certificate that is not trusted`;
  return `the package ${spec} could not be installed`;
}
