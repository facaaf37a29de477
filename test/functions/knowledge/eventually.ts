import { setTimeout as sleep } from 'node:timers/promises';

/** What `look` sees once it sees something; looks for at most 30 s. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error('It did not come about within 30 s.');
    await sleep(50);
  }
}
