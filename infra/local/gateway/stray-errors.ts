import { AsyncLocalStorage } from 'node:async_hooks';
import type { Warn } from './warn.ts';

/** An error that nobody awaited or listened for: on Lambda it ends the function's instance. */
export class StrayError extends Error {
  override readonly name = 'StrayError';
}

interface Run {
  /** Of the function. */
  readonly id: string;
  /** Ends the run; without effect when it is over. */
  readonly fail: (error: StrayError) => void;
}

const runs = new AsyncLocalStorage<Run>();

/** Runs a function so that stray errors of it are known as its own. */
export function ownStrayErrors<T>(run: Run, work: () => T): T {
  return runs.run(run, work);
}

/**
 * Keeps this process alive through errors that reach nobody: the run that caused one fails, and the terminal shows it. Answers how to
 * leave that to Node again.
 */
export function catchStrayErrors(warn: Warn): () => void {
  const take = (error: unknown): void => {
    const run = runs.getStore();
    warn(run === undefined ? 'An error that nobody handled' : `${run.id} left an error unhandled`, error);
    run?.fail(new StrayError(`${run.id} left an error unhandled.`, { cause: error }));
  };
  process.on('uncaughtException', take);
  process.on('unhandledRejection', take);
  return () => {
    process.off('uncaughtException', take);
    process.off('unhandledRejection', take);
  };
}
