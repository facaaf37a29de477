import * as z from 'zod';
import type { HistoryStore, ToolRevisions } from './ports.ts';

/** What is looked at in one run. A run ends where the next begins. */
const pageSize = 1_000;
const maxPages = 20;

export const ForgetUnknownHistory = z
  .object({
    /** Where the last run ended. */
    after: z.string().max(100).default(''),
  })
  .meta({ examples: [{}] });

export const ForgottenHistory = z.object({
  /** Revisions that were forgotten. */
  forgotten: z.int(),
  /** More are waiting: run it again from here. */
  next: z.string().optional(),
});

/**
 * After MySQL was restored to an earlier moment than MongoDB: forgets the history of revisions that MySQL does not have. Those numbers will be given again, and an entry
 * that is there is kept. At most 20,000 entries in one run; running it again changes nothing.
 */
export async function forgetUnknownHistory(
  { tools, history }: { readonly tools: ToolRevisions; readonly history: HistoryStore },
  { after }: z.output<typeof ForgetUnknownHistory>,
): Promise<z.output<typeof ForgottenHistory>> {
  let from = after;
  let forgotten = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const entries = await history.after(from, pageSize);
    const newest = await tools.newestRevisions([...new Set(entries.map(({ toolId }) => toolId))]);
    const unknown = entries.filter(({ toolId, revision }) => revision > (newest.get(toolId) ?? 0));
    await history.remove(unknown.map(({ id }) => id));
    forgotten += unknown.length;
    if (entries.length < pageSize) return { forgotten };
    from = entries.at(-1)?.id ?? from;
  }
  return { forgotten, next: from };
}
