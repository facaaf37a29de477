import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cache } from '../../infra/local/state.ts';
import { startStores } from '../../infra/local/stores/start-stores.ts';
import type { StoreUrls } from '../../infra/local/stores/start-stores.ts';

/** Attempts works, each killed at one of its points; `killAt` counts from 1, without it the points are listed. */
export interface Trials<W extends string> {
  attempt(work: W, killAt?: number): Promise<{ points: readonly string[]; killed: boolean; wrong: readonly string[] }>;
  close(): Promise<void>;
}

/**
 * Kills every work at every point, one process for each, on stores of its own, and prints what was wrong after each. Sets the exit code to 1 when anything was, or
 * when a point was not reached. `faults` is the plural noun of what is counted as wrong.
 */
export async function runCrashPoints<W extends string>(
  works: readonly W[],
  open: (urls: StoreUrls) => Promise<Trials<W>>,
  faults: string,
): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), 'mcp-crash-'));
  // Half of a trial's processor time would be the compiling of the same modules again.
  process.env['NODE_COMPILE_CACHE'] ??= join(state, 'compiled');
  const stores = await startStores({ state, cache, env: process.env, report: () => undefined, lost: console.error });
  const trials = await open(stores.urls);
  const total = { points: 0, hit: 0, wrong: 0 };
  for (const work of works) {
    const { points, wrong: before } = await trials.attempt(work);
    const seen = { hit: 0, wrong: [...before] };
    for (const [index, name] of points.entries()) {
      const { killed, wrong } = await trials.attempt(work, index + 1);
      seen.hit += killed ? 1 : 0;
      seen.wrong.push(...wrong.map((what) => `killed ${name}: ${what}`));
    }
    total.points += points.length;
    total.hit += seen.hit;
    total.wrong += seen.wrong.length;
    process.stdout.write(
      `${work.padEnd(8)} ${seen.hit} of ${points.length} points hit, ${seen.wrong.length} ${faults}\n`,
    );
    for (const line of seen.wrong) process.stdout.write(`  ${line}\n`);
  }
  await trials.close();
  await stores.stop();
  rmSync(state, { recursive: true, force: true });
  process.stdout.write(`${total.hit} of ${total.points} crash points hit, ${total.wrong} ${faults}\n`);
  if (total.wrong > 0 || total.hit < total.points) process.exitCode = 1;
}
