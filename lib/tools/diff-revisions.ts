import type * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import { notFound } from '../kernel/errors/problem.ts';
import { contractChanges } from './compare-contract.ts';
import { diffOf } from './diff.ts';
import type { ToolStore } from './ports.ts';
import { type HistoryReading, readRevision } from './read-revisions.ts';
import type { DiffQuery, ToolDiff } from './schema.ts';
import { visibleRevision } from './visible-config.ts';

/**
 * What became different between two revisions of a tool, also of a deleted one, in either direction.
 * @throws Problem `not-found`; `service-unavailable` when MongoDB is away.
 */
export async function diffRevisions(
  services: HistoryReading & { readonly tools: ToolStore },
  caller: Caller,
  idOrSlug: string,
  query: z.output<typeof DiffQuery>,
): Promise<ToolDiff> {
  const tool = await services.tools.find(idOrSlug, { includeDeleted: true });
  if (!tool) throw notFound('tool', idOrSlug);
  const to = query.to ?? tool.revision;
  const from = query.from ?? Math.max(1, to - 1);
  const [before, after] = await Promise.all(
    [from, to].map(async (revision) => visibleRevision(caller, tool, await readRevision(services, tool, revision))),
  );
  if (!before || !after) throw notFound('tool', idOrSlug);
  return {
    from,
    to,
    patch: diffOf({ ...before.snapshot, version: before.version }, { ...after.snapshot, version: after.version }),
    contract: contractChanges(before.snapshot.config, after.snapshot.config),
  };
}
