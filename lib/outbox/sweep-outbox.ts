import type { OutboxStore, Relay } from './ports.ts';

/** An entry this old has lost its message, or the worker that had it. */
const lostAfterMs = 30_000;
const batch = 100;
const maxBatches = 50;

/** Hands entries to the relay again that nobody has published within 30 s; at most 5,000 a run, oldest first. */
export async function sweepOutbox(
  { outbox, relay }: { outbox: OutboxStore; relay: Relay },
  now: Date,
): Promise<{ found: number }> {
  const ids = await outbox.olderThan(new Date(now.getTime() - lostAfterMs), batch * maxBatches);
  for (let start = 0; start < ids.length; start += batch) await relay.send(ids.slice(start, start + batch));
  return { found: ids.length };
}
