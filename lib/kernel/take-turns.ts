import { setImmediate as nextTurn } from 'node:timers/promises';

/** Nobody else in the process waits longer than this for long work. */
const sliceMs = 15;

/**
 * For work that keeps the process busy: to be called again and again, and awaited. Mostly it answers nothing; after 15 ms at a stretch a promise, which lets everything through that has
 * come meanwhile. Where all functions share a process, as on one machine, requests and deadlines of others go on.
 */
export function takeTurns(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < sliceMs) return undefined;
    return (async () => {
      await nextTurn();
      since = performance.now();
    })();
  };
}
