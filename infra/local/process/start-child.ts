import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { forgetPid, notePid } from './pid-file.ts';

// The shell leaves a watcher behind and becomes the program itself, so the child's pid is the program's. The watcher's
// read ends when the platform's end of the pipe closes, which the kernel does even after kill -9.
// A shell gives a background job /dev/null as its input: hence descriptor 3.
const guardScript = `
steps=$1
shift
exec 3<&0 </dev/null
(
  read -r _ <&3
  kill -TERM $$ 2>/dev/null || exit 0
  tries=0
  while kill -0 $$ 2>/dev/null && [ $tries -lt $steps ]; do
    sleep 0.2 2>/dev/null || sleep 1
    tries=$((tries + 1))
  done
  kill -KILL $$ 2>/dev/null
) >/dev/null 2>&1 &
exec 3<&-
exec "$@"
`;

const guardStepMs = 200;

export interface ChildOptions {
  name: string;
  /** The state directory: the log goes to `<state>/logs/<name>.log`, the pid to `<state>/run/<name>.json`. */
  state: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** What the program writes when it takes requests. */
  ready: RegExp;
  /** What it writes when its port is taken; the start then fails with code `EADDRINUSE`. */
  portTaken?: RegExp;
  /** How long it may take to be ready; default 30 s. */
  readyMs?: number;
  /** How long it may take to stop in order before it is killed; default 15 s. */
  stopMs?: number;
  /** The program ends itself when its standard input does: it needs no watcher, and is stopped by that. */
  endsWithInput?: boolean;
}

export interface Child {
  pid: number;
  log: string;
  /** Resolves when the program has ended, for whatever reason, with a line that says how. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a program that dies with this process, even when this process gets `kill -9`, and waits until it is ready.
 * Fails with the last line of its log.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const log = freshLog(options.state, options.name);
  const output = openSync(log, 'a', 0o600);
  const stopMs = options.stopMs ?? 15_000;
  const steps = String(Math.ceil(stopMs / guardStepMs));
  const watched = { command: '/bin/sh', args: ['-c', guardScript, 'sh', steps, options.command, ...options.args] };
  const { command, args } = options.endsWithInput === true ? options : watched;
  const child = spawn(command, args, {
    stdio: ['pipe', output, output],
    env: options.env ?? process.env,
    cwd: options.cwd,
    // A group of its own: Ctrl-C reaches the platform, which stops its children in order.
    detached: true,
  });
  closeSync(output);
  // The watcher may be gone before the pipe is closed.
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal === null ? `ended with status ${code}` : `ended by ${signal}`));
  }).then((how) => {
    child.stdin?.end();
    forgetPid(options.state, options.name);
    return how;
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.name} ${await ended}`);
  notePid(options.state, options.name, pid);
  const ask = () => (options.endsWithInput === true ? void child.stdin?.end() : void child.kill('SIGTERM'));
  const stop = () => stopChild(child, ask, ended, stopMs);
  try {
    await untilReady(options, log, ended);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid, log, ended, stop };
}

async function untilReady(options: ChildOptions, log: string, ended: Promise<string>): Promise<void> {
  let how: string | undefined;
  void ended.then((line) => (how = line));
  const deadline = performance.now() + (options.readyMs ?? 30_000);
  for (;;) {
    const over = how ?? (performance.now() > deadline ? 'did not become ready in time' : undefined);
    const text = await readFile(log, 'utf8');
    if (over === undefined && options.ready.test(text)) return;
    if (over !== undefined) {
      const last = text.trim().split('\n').at(-1) ?? '';
      const error: NodeJS.ErrnoException = new Error(`${options.name} ${over}: ${last} (all of it: ${log})`);
      if (options.portTaken?.test(text)) error.code = 'EADDRINUSE';
      throw error;
    }
    await sleep(15);
  }
}

async function stopChild(child: ChildProcess, ask: () => void, ended: Promise<string>, stopMs: number): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    ask();
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await ended;
    clearTimeout(timer);
  }
  await ended;
}

function freshLog(state: string, name: string): string {
  mkdirSync(join(state, 'logs'), { recursive: true });
  const log = join(state, 'logs', `${name}.log`);
  // What the program said before it died last time is what one looks for after a crash.
  if (existsSync(log)) renameSync(log, join(state, 'logs', `${name}.previous.log`));
  return log;
}
