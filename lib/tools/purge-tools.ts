import * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import { Timestamp } from '../kernel/ids.ts';
import type { OutboxStore } from '../outbox/ports.ts';
import type { HistoryStore, PurgeStore } from './ports.ts';

export const PurgeTools = z
  .object({
    /** Only what was deleted before. */
    before: Timestamp,
    /** Says what would go, and lets it be. */
    dry_run: z.boolean().default(false),
  })
  .meta({ examples: [{ before: '2026-01-31T09:30:00.000Z', dry_run: true }] });

/** How many are reported, and gone, in one run. */
const batch = 100;

export const Purged = z.object({
  tools: z.array(z.object({ slug: z.string(), deleted_at: Timestamp })),
  /** More are waiting: run it again. */
  more: z.boolean(),
});

/**
 * Deletes for good what is left of tools that were deleted before a time: names, configurations, secrets and history; at most 100 in one run. The slug stays taken.
 * Killed at any point, the next run does the rest.
 */
export async function purgeTools(
  {
    tools,
    history,
    outbox,
  }: { readonly tools: PurgeStore; readonly history: HistoryStore; readonly outbox: OutboxStore },
  { before, dry_run }: z.output<typeof PurgeTools>,
): Promise<z.output<typeof Purged>> {
  const found = await tools.purgeable(new Date(before), batch + 1);
  const due = found.slice(0, batch);
  for (const { id, slug } of dry_run ? [] : due) {
    // History first: as long as the row is not emptied, the tool is found again.
    await history.forget(id);
    await tools.purge(id, new Date());
    await outbox.add([
      auditEntry(undefined, { action: 'tool.purged', target: { type: 'tool', id }, details: { slug } }),
    ]);
  }
  return {
    tools: due.map(({ slug, deletedAt }) => ({ slug, deleted_at: deletedAt.toISOString() })),
    more: found.length > batch,
  };
}
