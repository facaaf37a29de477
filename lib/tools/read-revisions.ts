import type { ToolChanged } from '../../events/outbox.ts';
import { currentCorrelation } from '../kernel/log/correlation.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import type { OutboxStore } from '../outbox/ports.ts';
import type { HistoryStore } from './ports.ts';

export interface HistoryReading {
  readonly outbox: OutboxStore;
  readonly history: HistoryStore;
}

/**
 * The revisions `newest`, `newest` − 1 …, at most `limit` of them. What the relay has not passed on to MongoDB yet is read from the outbox.
 * @throws Problem `service-unavailable` when MongoDB is away.
 */
export async function readRevisions(
  { outbox, history }: HistoryReading,
  toolId: string,
  newest: number,
  limit: number,
): Promise<ToolChanged[]> {
  // The outbox first: an entry that moves to MongoDB between the two reads is then seen twice, never not at all.
  const waiting = (await outbox.ofTool(toolId))
    .map(({ message }) => message)
    .filter((message) => message.kind === 'tool-changed');
  const wanted = ({ revision }: ToolChanged): boolean => revision <= newest && revision > newest - limit;
  const expected = Math.min(limit, newest);
  const known = waiting.filter(wanted);
  const stored = known.length === expected ? [] : await readStored(history, toolId, newest, limit);
  const byRevision = new Map([...stored, ...known].map((entry) => [entry.revision, entry]));
  const entries = [...byRevision.values()].filter(wanted);
  if (entries.length < expected)
    currentCorrelation()?.log.warn('History has a gap.', { tool_id: toolId, newest, expected, found: entries.length });
  return entries.toSorted((a, b) => b.revision - a.revision);
}

/** @throws Problem `not-found` when the tool has no such revision; `service-unavailable`. */
export async function readRevision(
  reading: HistoryReading,
  tool: { readonly id: string; readonly revision: number },
  revision: number,
): Promise<ToolChanged> {
  const [entry] = revision <= tool.revision ? await readRevisions(reading, tool.id, revision, 1) : [];
  if (!entry) throw notFound('revision', String(revision));
  return entry;
}

function readStored(history: HistoryStore, toolId: string, newest: number, limit: number): Promise<ToolChanged[]> {
  return history.page(toolId, { below: newest + 1, limit }).catch((cause: unknown) => {
    throw new Problem('service-unavailable', {
      detail: 'The history cannot be read at the moment.',
      cause,
      headers: { 'retry-after': '5' },
    });
  });
}
