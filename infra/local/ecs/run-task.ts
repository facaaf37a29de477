import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { memoryOf } from '../../runner/process-memory.ts';
import type { Isolation } from './isolation.ts';
import { type Child, startChild } from '../process/start-child.ts';

/** Made when the first task starts. */
let runner: Promise<Uint8Array> | undefined;
const runnerHeapMb = 256;
/** As long as the task definition gives on Fargate: what is in flight is drained meanwhile. */
const maxStopMs = 120_000;
const lookEveryMs = 25;
const memoryEveryMs = 1_000;
/** Fargate gives 20 GB; what npm installs for a server is a tenth of this at most. */
const diskMb = 2_048;
const diskEveryMs = 15_000;
/** Of the person's variables a task gets these alone. */
const inheritedVariables = ['LANG', 'TZ', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'UV_INDEX_URL'];

export interface RunTaskOptions {
  readonly id: string;
  readonly state: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly npm: Readonly<Record<string, string>>;
  readonly isolation: Isolation;
}

export interface RunningTask {
  /** Where the runner listens, once it has redeemed its token. Undefined when it ended before that. */
  readonly port: Promise<number | undefined>;
  /** Resolves when the task's processes are gone. */
  readonly ended: Promise<{
    readonly exitCode: number;
    readonly outOfMemory: boolean;
    readonly outOfDisk: boolean;
    readonly lastLine: string;
  }>;
  stop(): Promise<void>;
}

/**
 * Starts a runner as a task's container would be: with nothing of this process's environment but where programs are
 * found, a home and a temporary directory of its own, and a limit of memory. It dies with this process.
 * @throws when the program cannot be started at all.
 */
export async function runTask({
  id,
  state: folder,
  variables,
  memoryMb,
  npm,
  isolation,
}: RunTaskOptions): Promise<RunningTask> {
  // Mounts and the working directory have no symbolic links in them.
  const state = await realpath(folder);
  const home = join(state, 'tasks', id);
  const name = `task-${id}`;
  const temporary = join(home, 'tmp');
  const program = join(home, 'runner.mjs');
  await mkdir(temporary, { recursive: true });
  const clear = async (): Promise<void> => {
    const logs = ['log', 'previous.log'].map((end) => join(state, 'logs', `${name}.${end}`));
    await Promise.all([home, ...logs].map((path) => rm(path, { recursive: true, force: true, maxRetries: 3 })));
  };
  const isIsolated = isolation.mode !== 'none';
  const { npm_config_cache: npmCache = '', ...npmSettings } = npm;
  let child: Child;
  try {
    await writeFile(program, await (runner ??= buildOnce()));
    // The platform keeps its files from others, and the task's user is one.
    await chmod(program, 0o444);
    child = await startChild({
      name,
      state,
      ...isolation.wrap(
        {
          command: process.execPath,
          args: [
            `--max-old-space-size=${Math.min(runnerHeapMb, memoryMb)}`,
            // Whoever may signal the runner must not open its inspector.
            '--disable-sigusr1',
            program,
          ],
        },
        { state, home, stopMs: maxStopMs, npmCache },
      ),
      endsWithInput: isIsolated,
      cwd: home,
      env: {
        ...inherited(),
        ...npmSettings,
        npm_config_cache: isIsolated ? join(home, '.npm') : npmCache,
        ...variables,
        PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
        HOME: home,
        TMPDIR: temporary,
        HOST: '127.0.0.1',
        PORT: '0',
        MEMORY_LIMIT_MB: String(memoryMb),
      },
      ready: /^runner started$/m,
      stopMs: maxStopMs,
    });
  } catch (error) {
    await clear();
    throw error;
  }
  let outOfMemory = false;
  let outOfDisk = false;
  let over = false;
  const keepWithin = async (): Promise<void> => {
    if (outOfMemory || (await memoryOf(child.pid)) <= memoryMb || over) return;
    outOfMemory = true;
    // The runner's guard ends the servers.
    process.kill(child.pid, 'SIGKILL');
  };
  const keepWithinDisk = async (): Promise<void> => {
    if (outOfDisk || (await diskOf(home)) <= diskMb || over) return;
    outOfDisk = true;
    process.kill(child.pid, 'SIGKILL');
  };
  const watches = [
    setInterval(() => void keepWithin(), memoryEveryMs).unref(),
    setInterval(() => void keepWithinDisk(), diskEveryMs).unref(),
  ];
  const untilListening = async (): Promise<number | undefined> => {
    const gone = child.ended.then(() => true);
    for (;;) {
      const port = /^listening on port (\d+)$/m.exec(await readFile(child.log, 'utf8'))?.[1];
      if (port !== undefined) return Number(port);
      if (await Promise.race([gone, sleep(lookEveryMs, false)])) return undefined;
    }
  };
  const port = untilListening();
  const ended = child.ended.then(async (how) => {
    over = true;
    for (const watch of watches) clearInterval(watch);
    const lastLine = (await readFile(child.log, 'utf8')).trim().split('\n').at(-1) ?? '';
    await port;
    await clear();
    return { exitCode: exitCodeOf(how), outOfMemory, outOfDisk, lastLine };
  });
  return {
    port,
    ended,
    stop: async () => {
      await child.stop();
      await ended;
    },
  };
}

/** esbuild is loaded for this alone, and its process, of 37 MB, does not stay. */
async function buildOnce(): Promise<Uint8Array> {
  const [{ buildRunner }, esbuild] = await Promise.all([import('../../runner/bundle.ts'), import('esbuild')]);
  try {
    return await buildRunner();
  } catch (error) {
    // The next task tries again.
    runner = undefined;
    throw error;
  } finally {
    await esbuild.stop();
  }
}

/** What a folder takes, in MB; 0 where `du` cannot say. */
async function diskOf(folder: string): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)('du', ['-skx', folder]);
    return Number.parseInt(stdout, 10) / 1_024;
  } catch {
    // Files come and go under it; the next look will find them.
    return 0;
  }
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    inheritedVariables.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** As a container's: the status, or 128 + the signal (SIGKILL is 9). */
function exitCodeOf(how: string): number {
  const status = /status (\d+)$/.exec(how)?.[1];
  if (status !== undefined) return Number(status);
  return how.includes('SIGTERM') ? 143 : 137;
}
