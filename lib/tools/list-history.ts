import * as z from 'zod';
import type { ToolChanged } from '../../events/outbox.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { pageFacts, pageQuery, queryInt } from '../kernel/http/page.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import { diffOf } from './diff.ts';
import type { ToolStore } from './ports.ts';
import { type HistoryReading, readRevisions } from './read-revisions.ts';
import type { HistoryPage } from './schema.ts';
import { visibleRevision } from './visible-config.ts';

/** A page of history carries whole configurations. */
const maxPageSize = 10;

export const ListHistory = z.object({ page: pageQuery.page, page_size: queryInt(1, 1_000_000, maxPageSize) });

/**
 * The revisions of a tool, newest first, also of a deleted one. What the relay has not written to MongoDB yet is read from the outbox, so a writer sees its write.
 * @throws Problem `not-found`; `payload-too-large` for a page of more than ten; `service-unavailable` when MongoDB is away.
 */
export async function listHistory(
  { tools, outbox, history }: HistoryReading & { readonly tools: ToolStore },
  caller: Caller,
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
  // Revisions are numbered without gaps, so a page is a range of numbers. One more below it is there to compute the difference from.
  const newest = tool.revision - (query.page - 1) * query.page_size;
  const facts = pageFacts(query, tool.revision);
  if (newest < 1) return { versions: [], ...facts };
  const read = await readRevisions({ outbox, history }, tool.id, newest, query.page_size + 1);
  const entries = read.map((entry) => visibleRevision(caller, tool, entry));
  const versions = entries.slice(0, query.page_size).map((entry, index) => present(entry, entries[index + 1]));
  return { versions, ...facts };
}

function present(entry: ToolChanged, before: ToolChanged | undefined): HistoryPage['versions'][number] {
  const { revision, version, changed_at, changed_by, change_type, snapshot, source } = entry;
  const from = before && { ...before.snapshot, version: before.version };
  return {
    revision,
    version,
    changed_at,
    changed_by,
    change_type,
    ...(source && { source }),
    config: snapshot.config,
    diff: diffOf(from, { ...snapshot, version }),
  };
}
