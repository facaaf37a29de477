import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endLeftovers } from './pid-file.ts';

/**
 * Empties the state directory, after ending what a killed platform left running on it. What is named stays: the lock
 * that is held, and what took long to download or to compile.
 */
export async function clearState(state: string, keep: string[] = ['lock', 'debian', 'compile-cache']): Promise<void> {
  await endLeftovers(state);
  const names = await readdir(state);
  await Promise.all(
    names.filter((name) => !keep.includes(name)).map((name) => rm(join(state, name), { recursive: true, force: true })),
  );
}
