/** Stops asking somebody who does not answer: after `failures` in a row, for `pauseMs`; then one may try. */
export interface Breaker {
  /** Whether a call may be made now. */
  mayTry(): boolean;
  succeeded(): void;
  failed(): void;
}

export function createBreaker(
  { failures, pauseMs }: { readonly failures: number; readonly pauseMs: number },
  now: () => number = () => performance.now(),
): Breaker {
  let inARow = 0;
  let openUntil = 0;
  return {
    mayTry() {
      if (inARow < failures) return true;
      if (now() < openUntil) return false;
      // One tries; the others wait for how it ends, or another pause.
      openUntil = now() + pauseMs;
      return true;
    },
    succeeded() {
      inARow = 0;
    },
    failed() {
      inARow += 1;
      if (inARow >= failures) openUntil = now() + pauseMs;
    },
  };
}
