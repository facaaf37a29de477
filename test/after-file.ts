import { afterAll } from 'vitest';

const stops: (() => unknown)[] = [];

// At the top of a module that the test file imports, because an `afterAll` in another hook never runs.
afterAll(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** Runs this after the file's tests, what was added last first. May be called in a hook or in a test. */
export function afterFile(stop: () => unknown): void {
  stops.push(stop);
}
