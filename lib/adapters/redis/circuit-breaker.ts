/** After Redis failed to answer, nobody asks it for this long. */
const restMs = 1000;

/**
 * Asks Redis for what can be done without: undefined when it failed, took longer than `deadlineMs`, or did so within the last second. So a Redis
 * that hangs keeps one request in a second waiting, and no other.
 */
export function circuitBreaker(deadlineMs: number): <T>(work: () => Promise<T>) => Promise<T | undefined> {
  let openUntil = 0;
  return async (work) => {
    if (performance.now() < openUntil) return undefined;
    try {
      return await withDeadline(deadlineMs, work());
    } catch {
      // Redis may vanish at any time; whoever asked pays the full price, and the report line says so.
      openUntil = performance.now() + restMs;
      return undefined;
    }
  };
}

/** @throws Error after `deadlineMs`, and what `work` throws. */
export async function withDeadline<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
