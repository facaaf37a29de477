import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { isSameProcess, processIdentity } from './process-identity.ts';

const Holder = z.object({ pid: z.number(), identity: z.string(), url: z.string().optional() });
type Holder = z.infer<typeof Holder>;

const maxAttempts = 10;

/** Another platform runs on this state. The message is fit to be shown. */
export class AlreadyRunning extends Error {
  constructor({ pid, url }: Holder) {
    super(`already running${url === undefined ? '' : ` at ${url}`}, pid ${pid}`);
  }
}

export interface Lock {
  /** Notes where the platform can be reached, for the next one that finds the lock taken. */
  announce(url: string): void;
  release(): void;
}

/**
 * Takes `<state>/lock` for this process. A lock whose process is gone is taken over.
 * Throws {@link AlreadyRunning} when its process lives.
 */
export function takeLock(state: string): Lock {
  mkdirSync(state, { recursive: true });
  const lock = join(state, 'lock');
  const holder: Holder = { pid: process.pid, identity: processIdentity(process.pid) ?? '' };
  const draft = write(lock, holder);
  try {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      // A hard link appears whole or not at all, and never over an existing file.
      if (link(draft, lock)) {
        return {
          announce: (url) => renameSync(write(lock, { ...holder, url }), lock),
          release: () => rmSync(lock, { force: true }),
        };
      }
      removeStale(lock);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new Error(`the lock ${lock} changes hands too often`);
}

function removeStale(lock: string): void {
  const holder = read(lock);
  if (holder !== undefined && isSameProcess(holder.pid, holder.identity)) throw new AlreadyRunning(holder);
  const aside = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Somebody else may have taken the stale lock over just before: then what was moved aside is theirs.
  const moved = read(aside);
  if (moved !== undefined && isSameProcess(moved.pid, moved.identity)) link(aside, lock);
  rmSync(aside, { force: true });
}

function write(lock: string, holder: Holder): string {
  const draft = `${lock}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(holder));
  return draft;
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(lock: string): Holder | undefined {
  try {
    return Holder.parse(JSON.parse(readFileSync(lock, 'utf8')));
  } catch {
    // Gone, or not written by us: there is nobody to wait for.
    return undefined;
  }
}
