import * as z from 'zod';
import type { ToolChanged } from '../../events/outbox.ts';
import { currentCorrelation } from '../kernel/correlation.ts';
import { pageFacts, pageQuery, queryInt } from '../kernel/page.ts';
import { notFound, Problem } from '../kernel/problem.ts';
import type { OutboxStore } from '../outbox/ports.ts';
import { diffOf } from './diff.ts';
import type { HistoryStore, ToolStore } from './ports.ts';
import type { HistoryPage } from './schema.ts';

/** A page of history carries whole configurations. */
const maxPageSize = 10;

export const ListHistory = z.object({ page: pageQuery.page, page_size: queryInt(1, 1_000_000, maxPageSize) });

/**
 * The revisions of a tool, newest first, also of a deleted one. What the relay has not told MongoDB yet is read from the outbox, so a writer sees its write.
 * @throws Problem `not-found`; `payload-too-large` for a page of more than ten; `service-unavailable` when MongoDB is away.
 */
export async function listHistory(
  { tools, outbox, history }: { tools: ToolStore; outbox: OutboxStore; history: HistoryStore },
  idOrSlug: string,
  query: z.output<typeof ListHistory>,
): Promise<HistoryPage> {
  if (query.page_size > maxPageSize) {
    throw new Problem('payload-too-large', {
      detail: `A page of history holds at most ${maxPageSize} revisions (page_size).`,
    });
  }
  const tool = await tools.find(idOrSlug, { includeDeleted: true });
  if (!tool) throw notFound('tool', idOrSlug);
  // Revisions are numbered without gaps, so a page is a range of numbers. One more below it is there to tell the difference from.
  const newest = tool.revision - (query.page - 1) * query.page_size;
  const facts = pageFacts(query, tool.revision);
  if (newest < 1) return { versions: [], ...facts };
  const entries = await readEntries({ outbox, history }, tool.id, newest, query.page_size + 1);
  const versions = entries.slice(0, query.page_size).map((entry, index) => present(entry, entries[index + 1]));
  return { versions, ...facts };
}

async function readEntries(
  { outbox, history }: { outbox: OutboxStore; history: HistoryStore },
  toolId: string,
  newest: number,
  limit: number,
): Promise<ToolChanged[]> {
  // The outbox first: an entry that moves to MongoDB between the two reads is then seen twice, never not at all.
  const waiting = (await outbox.ofTool(toolId))
    .map(({ message }) => message)
    .filter((message) => message.kind === 'tool-changed');
  const told = await history.page(toolId, { below: newest + 1, limit }).catch((cause: unknown) => {
    throw new Problem('service-unavailable', {
      detail: 'The history cannot be read at the moment.',
      cause,
      headers: { 'retry-after': '5' },
    });
  });
  const byRevision = new Map([...told, ...waiting].map((entry) => [entry.revision, entry]));
  const entries = [...byRevision.values()].filter(({ revision }) => revision <= newest && revision > newest - limit);
  const expected = Math.min(limit, newest);
  if (entries.length < expected)
    currentCorrelation()?.log.warn('History has a gap.', { tool_id: toolId, newest, expected, found: entries.length });
  return entries.toSorted((a, b) => b.revision - a.revision);
}

function present(entry: ToolChanged, before: ToolChanged | undefined): HistoryPage['versions'][number] {
  const { revision, version, changed_at, changed_by, change_type, snapshot } = entry;
  const from = before && { ...before.snapshot, version: before.version };
  return {
    revision,
    version,
    changed_at,
    changed_by,
    change_type,
    config: snapshot.config,
    diff: diffOf(from, { ...snapshot, version }),
  };
}
