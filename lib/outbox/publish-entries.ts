import type { OutboxConsumer, OutboxStore } from './ports.ts';

/**
 * Hands outbox entries to those who follow them, one after the other, and then removes them. Every effect is keyed by the entry or by what it is about, so a replay
 * from any point changes nothing; entries that are gone were published by somebody else. Consumers that live listeners rely on come before them.
 */
export async function publishEntries(
  outbox: OutboxStore,
  ids: readonly string[],
  consumers: readonly OutboxConsumer[],
): Promise<{ published: number }> {
  const entries = await outbox.byIds(ids);
  for (const consume of consumers) await consume(entries);
  await outbox.remove(entries.map(({ id }) => id));
  return { published: entries.length };
}
