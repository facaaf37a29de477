import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Writable } from 'node:stream';
import { runProgram } from '../program.ts';
import { catchStrayErrors } from './gateway/stray-errors.ts';
import { warnOnStderr } from './gateway/warn.ts';
import type { Application } from './application.ts';
import { startPlatform } from './platform.ts';
import { makePrivate } from './process/make-private.ts';
import { clearState } from './process/clear-state.ts';
import { takeLock } from './process/lock.ts';
import { showLine } from './show-line.ts';
import { cache, root, stateFolder } from './state.ts';

const program = {
  name: 'dev',
  about: 'The whole platform on this machine, until Ctrl-C.',
  options: {
    fresh: { about: 'Empties the state first.' },
    port: { from: 0, to: 65_535, default: 8000, about: 'Where the API listens; the next free one where it is taken.' },
  },
} as const;
const state = stateFolder();

async function start({ fresh, port }: { readonly fresh: boolean; readonly port: number }): Promise<void> {
  const startedAt = performance.now();
  if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'));
  makePrivate(state);
  const lock = takeLock(state);
  try {
    if (fresh) await clearState(state);
    say(`Starting the MCP Platform; its state is in ${state}`);
    mkdirSync(join(state, 'logs'), { recursive: true });
    const log = createWriteStream(join(state, 'logs', 'functions.log'), { flags: 'a', mode: 0o600 });
    const platform = await startPlatform({
      state,
      cache,
      env: process.env,
      port,
      report: (line) => say(`  ${line}`),
      write: (line) => {
        writeLine(log, line);
        const readable = showLine(line);
        if (readable !== undefined) say(readable);
      },
    });
    catchStrayErrors(warnOnStderr);
    lock.announce(platform.url);
    say(readyBlock(platform, performance.now() - startedAt));
    await untilAskedToStop();
    say('Stopping.');
    await platform.stop();
  } finally {
    lock.release();
    // What was written last is still to go out.
    await nextTurn();
  }
}

// Node would open its inspector for whoever may send this signal; its own switch against that is unknown to older versions, which get a clear line instead.
process.on('SIGUSR1', () => undefined);

// Whoever listened at the other end of a pipe may leave; the platform goes on.
process.stdout.on('error', () => undefined);

function say(line: string): void {
  writeLine(process.stdout, line);
}

/** Lines of one turn of the event loop go out together: a call of the system for each would be the larger part of what a busy platform's log costs. */
function writeLine(stream: Writable, line: string): void {
  if (stream.writableCorked === 0) {
    stream.cork();
    setImmediate(() => stream.uncork());
  }
  stream.write(`${line}\n`);
}

function readyBlock({ url, isolation }: Application, ms: number): string {
  return [
    '',
    `Ready in ${(ms / 1000).toFixed(1)} s`,
    `  API            ${url}/api/v1`,
    `  Console        ${url}/console`,
    `  Documentation  ${url}/api/docs`,
    `  OpenAPI        ${url}/api/openapi.json`,
    `  Live updates   ${url.replace(/^http/, 'ws')}/ws, ${url}/events`,
    `  Health         ${url}/health`,
    `  Servers        ${isolation}`,
    `  All addresses  ${join(state, 'platform.json')}`,
    `  Logs           ${join(state, 'logs')}`,
    '  Ctrl-C stops it; the state stays. `npm run dev -- --fresh` starts empty.',
    '',
  ].join('\n');
}

function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    // `kill` of npm reaches the shell that npm has put between us, and that dies without passing it on.
    const parent = process.ppid;
    if (process.env['npm_lifecycle_event'] !== undefined) {
      setInterval(() => process.ppid !== parent && resolve(), 200).unref();
    }
  });
}

await runProgram(program, ({ options }) => start(options));
