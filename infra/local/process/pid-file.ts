import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { isSameProcess, processIdentity } from './process-identity.ts';

const Child = z.object({ pid: z.number(), identity: z.string() });

/** Notes a started child in `<state>/run/<name>.json`, so that a later platform finds it if this one cannot stop it. */
export function notePid(state: string, name: string, pid: number): void {
  const identity = processIdentity(pid);
  if (identity === undefined) return;
  mkdirSync(join(state, 'run'), { recursive: true });
  writeFileSync(pidFile(state, name), JSON.stringify({ pid, identity }));
}

export function forgetPid(state: string, name: string): void {
  rmSync(pidFile(state, name), { force: true });
}

/**
 * Ends the children that an earlier platform left behind on this state: asks with SIGTERM, waits up to `waitMs`
 * for an orderly end (it may be under way already), then kills. A pid that now belongs to another process is left alone.
 */
export async function endLeftovers(state: string, waitMs = 15_000): Promise<void> {
  mkdirSync(join(state, 'run'), { recursive: true });
  const files = readdirSync(join(state, 'run')).filter((file) => file.endsWith('.json'));
  await Promise.all(files.map((file) => endOne(join(state, 'run', file), waitMs)));
}

async function endOne(file: string, waitMs: number): Promise<void> {
  const child = readChild(file);
  if (child !== undefined) {
    const alive = () => isSameProcess(child.pid, child.identity);
    if (alive()) signal(child.pid, 'SIGTERM');
    const deadline = performance.now() + waitMs;
    while (alive() && performance.now() < deadline) await sleep(20);
    if (alive()) signal(child.pid, 'SIGKILL');
    while (alive()) await sleep(10);
  }
  rmSync(file, { force: true });
}

function readChild(file: string): z.infer<typeof Child> | undefined {
  try {
    return Child.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Cut off while it was written: nothing in it can be trusted to be ours.
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function pidFile(state: string, name: string): string {
  return join(state, 'run', `${name}.json`);
}
