import { setTimeout as sleep } from 'node:timers/promises';

/** Tries up to `attempts` times, with a pause that doubles. @throws the last error. */
export async function retry<T>(attempts: number, pauseMs: number, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts) throw error;
      await sleep(pauseMs * 2 ** (attempt - 1));
    }
  }
}
