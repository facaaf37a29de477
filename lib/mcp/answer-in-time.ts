import { setTimeout as sleep } from 'node:timers/promises';

/** CloudFront gives an answer up that has sent nothing for 120 s. Before that is the time to say that there was no answer. */
export const firstByteMs = 110_000;
/** A stream of events says something at least this often. */
const silentMs = 15_000;
const comment = Buffer.from(':\n');
const newline = 0x0a;

/** A stream of events with a comment, which clients skip, wherever it would be silent. Between lines alone, and never an empty one, which would end an event. */
export async function* withComments(
  body: AsyncIterable<Uint8Array>,
  everyMs: number = silentMs,
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  let isBetweenLines = true;
  try {
    for (let next = chunks.next(); ;) {
      const timer = new AbortController();
      const silence = sleep(everyMs, 'silence' as const, { signal: timer.signal }).catch(() => 'silence' as const);
      const first = await Promise.race([next, silence]);
      timer.abort();
      if (first === 'silence') {
        if (isBetweenLines) yield comment;
        continue;
      }
      if (first.done === true) return;
      isBetweenLines = first.value.at(-1) === newline;
      yield first.value;
      next = chunks.next();
    }
  } finally {
    await chunks.return?.();
  }
}
