import { spawn } from 'node:child_process';
import type { Guard } from './guard.ts';
import { lineReader } from './lines.ts';
import type { LogBuffer } from './log-buffer.ts';

const installMs = 100_000;

export interface NpmRun {
  /** The folder that it runs in. */
  readonly folder: string;
  /** What is made ready, for people: `the package x@1`. */
  readonly what: string;
  /** What npm gets to see: PATH and the registry's settings, never the deployment's values. */
  readonly installEnvironment: Readonly<Record<string, string>>;
  readonly guard: Guard;
  readonly log: LogBuffer;
  readonly signal: AbortSignal;
}

/**
 * Runs npm once, for 100 s at most; what it started ends with it.
 * @throws Error with a reason for people.
 */
export async function runNpm(args: readonly string[], run: NpmRun): Promise<void> {
  const { folder, what, installEnvironment, guard, log } = run;
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
  const enough = AbortSignal.any([run.signal, AbortSignal.timeout(installMs)]);
  enough.addEventListener('abort', killGroup);
  const code = await new Promise<number | null>((resolve, reject) => {
    npm.once('error', reject);
    npm.once('close', resolve);
  });
  enough.removeEventListener('abort', killGroup);
  killGroup();
  if (npm.pid !== undefined) guard.forget(npm.pid);
  if (enough.aborted) throw new Error(`${what} could not be installed within ${installMs / 1_000} s`);
  if (code !== 0) throw new Error(reasonOf(what, log.lastErrors(20).join('\n')));
}

/** A registry that does not answer is reported within the minute. */
const npmManners = {
  npm_config_fetch_retries: '2',
  npm_config_fetch_retry_mintimeout: '500',
  npm_config_fetch_retry_maxtimeout: '4000',
  npm_config_fetch_timeout: '20000',
  npm_config_update_notifier: 'false',
};

function reasonOf(what: string, said: string): string {
  const name = what.replace(/^the package /, '');
  if (/\bE404\b/.test(said)) return `${what} does not exist in the registry`;
  if (/\bETARGET\b/.test(said)) return `${what} has no such version`;
  if (/\bEBADENGINE\b/.test(said)) return `${what} does not run on this version of Node`;
  if (/\b(ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN)\b/.test(said)) return `the registry of ${name} cannot be reached`;
  if (/\b(CERT_|SELF_SIGNED_CERT|UNABLE_TO_VERIFY)/.test(said))
    return `the registry of ${name} shows a certificate that is not trusted`;
  return `${what} could not be installed`;
}
