import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, rmdir } from 'node:fs/promises';
import { homedir, release } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = fileURLToPath(new URL('isolate.sh', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const probeMs = 15_000;
/** Users of tasks, where the platform is root: beyond those that a machine gives to people. */
const firstUid = 40_000;
const uids = 20_000;
const maxProcesses = 512;
const maxFileBytes = 2 ** 30;
const guardStepMs = 200;

interface Command {
  readonly command: string;
  readonly args: string[];
}

interface IsolatedTask {
  readonly state: string;
  /** The task's own folder, below the state. */
  readonly home: string;
  /** How long it may take to stop in order. */
  readonly stopMs: number;
  /** npm's cache of the person; empty when there is none. */
  readonly npmCache: string;
}

/** How far a deployed server is kept from the platform and the person on this machine. */
export interface Isolation {
  /** `root` and `user`: namespaces, made as root or as an ordinary user. */
  readonly mode: 'root' | 'user' | 'none';
  /** For the person at the terminal. */
  readonly sentence: string;
  /** The command that runs this one apart. Its standard input is a pipe whose end stops it. */
  wrap(command: Command, task: IsolatedTask): Command;
}

/**
 * The strongest isolation that this machine allows, tried once with the very command that tasks get.
 * `LOCAL_ISOLATION=off` asks for none; folders in `LOCAL_SERVER_FOLDERS` stay visible below a home that is hidden.
 */
export async function findIsolation(state: string, env: NodeJS.ProcessEnv = process.env): Promise<Isolation> {
  if (env['LOCAL_ISOLATION'] === 'off') return none('LOCAL_ISOLATION is off');
  if (process.platform !== 'linux') return none('namespaces are a part of Linux');
  const isolation = namespaces(process.getuid?.() === 0 ? 'root' : 'user', env);
  try {
    await probe(isolation, state);
    return isolation;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    return none(stderr.trim().split('\n').at(-1) || message.split('\n')[0] || 'unshare failed');
  }
}

function none(reason: string): Isolation {
  return {
    mode: 'none',
    sentence: `not isolated (${reason}): they run as you and read what you may read, so deploy only what you trust`,
    wrap: (command) => command,
  };
}

function namespaces(mode: 'root' | 'user', env: NodeJS.ProcessEnv): Isolation {
  const own = mode === 'user' ? ['--user', '--map-root-user'] : [];
  const sentence =
    mode === 'root'
      ? 'isolated: a user and processes of their own; home and state of the platform are hidden, the network is not'
      : 'isolated: processes of their own; your home and the state of the platform are hidden, the network is not';
  let tasks = 0;
  return {
    mode,
    sentence,
    wrap: ({ command, args }, { state, home, stopMs, npmCache }) => {
      tasks += 1;
      const uid = mode === 'root' ? firstUid + (tasks % uids) : (process.getuid?.() ?? 0);
      const gid = mode === 'root' ? uid : (process.getgid?.() ?? 0);
      const steps = Math.ceil(stopMs / guardStepMs);
      const shell = [
        script,
        mode,
        uid,
        gid,
        steps,
        state,
        home,
        root,
        homedir(),
        visibleFolders(env).join(':'),
        npmCache,
      ];
      return {
        command: 'unshare',
        args: [
          ...own,
          '--mount',
          '--pid',
          '--ipc',
          '--fork',
          '--mount-proc',
          '--kill-child',
          'prlimit',
          ...limits(),
          '/bin/sh',
          ...shell.map(String),
          command,
          ...args,
        ],
      };
    },
  };
}

/** Before Linux 5.14 processes are counted per user and not per namespace, so that a busy desktop would stop every server. */
function limits(): string[] {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const counted = major > 5 || (major === 5 && minor >= 14);
  return ['--core=0', `--fsize=${maxFileBytes}`, ...(counted ? [`--nproc=${maxProcesses}`] : [])];
}

/** Where programs lie below the home folder (nvm, uv …), and what the person names. A `bin` stands for its parent, unless that holds more than programs. */
function visibleFolders(env: NodeJS.ProcessEnv): string[] {
  const home = homedir();
  const programs = [dirname(process.execPath), ...(env['PATH'] ?? '').split(delimiter)].map((folder) => {
    const parent = dirname(folder);
    return basename(folder) === 'bin' && dirname(parent) !== home && parent !== home ? parent : folder;
  });
  const named = (env['LOCAL_SERVER_FOLDERS'] ?? '').split(delimiter);
  return [...new Set([...programs, ...named])].filter((folder) => folder.startsWith(`${home}/`));
}

/** Does what a task does: runs Node, reads the project, where servers under development lie, writes into its home, and must not see the state. */
async function probe(isolation: Isolation, state: string): Promise<void> {
  await mkdir(join(state, 'tasks'), { recursive: true });
  const home = await mkdtemp(join(await realpath(join(state, 'tasks')), 'probe-'));
  try {
    await mkdir(join(home, 'tmp'));
    await chmod(home, 0o700);
    const check = `
      const { readFileSync, writeFileSync, readdirSync } = require('node:fs');
      readFileSync(${JSON.stringify(join(root, 'package.json'))});
      writeFileSync(${JSON.stringify(join(home, 'tmp', 'probe'))}, '');
      const seen = readdirSync(${JSON.stringify(state)});
      if (seen.join() !== 'tasks') throw new Error('the state is visible');`;
    const { command, args } = isolation.wrap(
      { command: process.execPath, args: ['-e', check] },
      { state, home, stopMs: 1_000, npmCache: '' },
    );
    await run(command, args, { cwd: home, timeout: probeMs, env: { PATH: process.env['PATH'] } });
  } finally {
    await rm(home, { recursive: true, force: true });
    // Left when other tasks are in it.
    await rmdir(dirname(home)).catch(() => undefined);
  }
}
