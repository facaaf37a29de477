import type { ToolChanged } from '../../events/outbox.ts';
import { auditEntry } from '../audit/audit-entry.ts';
import { type Caller, owns } from '../kernel/http/caller.ts';
import type { Cache } from '../kernel/cache.ts';
import { newId } from '../kernel/ids.ts';
import type { Quotas } from '../quotas/quotas.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import type { OutboxEntry, Relay } from '../outbox/ports.ts';
import { toolSpace } from './find-page.ts';
import type { ToolRecord, ToolStore } from './ports.ts';
import { etagOf } from './present.ts';

type ChangeType = ToolChanged['change_type'];

/** What a change of tools takes. */
export interface ToolWriting {
  readonly tools: ToolStore;
  readonly relay: Relay;
  readonly cache: Cache;
  /** For what adds a revision; a deletion is never refused for want of room. */
  readonly quotas?: Quotas;
}

/** After the commit: hands the entries to the relay, and nobody is answered from before. Loses nothing when either is away. */
export async function announceChanges(
  { relay, cache }: Pick<ToolWriting, 'relay' | 'cache'>,
  entries: readonly OutboxEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await Promise.all([relay.send(entries.map(({ id }) => id)), cache.forget(toolSpace)]);
}

/** What the outbox says of a change: enough for the history, by itself. */
export function changeEntry(
  change_type: ChangeType,
  tool: ToolRecord,
  caller: Caller,
  source?: ToolChanged['source'],
): OutboxEntry {
  const { id, revision, version, slug, name, description, status, config } = tool;
  return {
    id: newId(),
    message: {
      kind: 'tool-changed',
      tool_id: id,
      revision,
      version,
      slug,
      change_type,
      changed_by: caller.userId,
      changed_at: tool.updatedAt.toISOString(),
      snapshot: { name, description, status, config },
      ...(source && { source }),
    },
  };
}

/** What the audit log gets when secrets are kept that were not there, by their names. */
export function secretsEntry(caller: Caller, toolId: string, secrets: ToolRecord['secrets']): OutboxEntry[] {
  if (!secrets) return [];
  const details = { names: Object.keys(secrets) };
  return [auditEntry(caller, { action: 'tool.secrets-changed', target: { type: 'tool', id: toolId }, details })];
}

export interface ChangeRequest {
  readonly idOrSlug: string;
  /** The If-Match header. */
  readonly ifMatch: string | undefined;
  readonly type: ChangeType;
  readonly permission: 'mcps:update' | 'mcps:delete';
  /** Where a `sync` found it. */
  readonly source?: ToolChanged['source'];
}

/**
 * One change of one tool: checks who may and whether it is still the tool that the caller saw, counts the revision up, and publishes it after the
 * commit. `apply` answers what becomes different, or undefined when nothing does: then there is no new revision.
 * @throws Problem `not-found`, `forbidden` (not the author, not an admin), `precondition-failed`, `quota-exceeded`, and what `apply` throws.
 */
export async function changeTool(
  services: ToolWriting,
  caller: Caller,
  { idOrSlug, ifMatch, type, permission, source }: ChangeRequest,
  apply: (current: ToolRecord) => Partial<ToolRecord> | undefined,
): Promise<ToolRecord> {
  let entries: readonly OutboxEntry[] = [];
  const changed = await services.tools.change(idOrSlug, (current) => {
    assertAuthor(caller, current, permission);
    assertMatch(ifMatch, current);
    const different = apply(current);
    entries = [];
    if (different === undefined) return { next: current, outbox: entries };
    if (type !== 'delete') services.quotas?.assert('versions', { person: current.revision, total: current.revision });
    const next = {
      ...current,
      ...different,
      secrets: different.secrets ? { ...current.secrets, ...different.secrets } : current.secrets,
      revision: current.revision + 1,
      updatedAt: new Date(),
    };
    entries = [changeEntry(type, next, caller, source), ...secretsEntry(caller, current.id, different.secrets)];
    return { next, outbox: entries };
  });
  if (changed === undefined) throw notFound('tool', idOrSlug);
  await announceChanges(services, entries);
  return changed;
}

function assertAuthor(caller: Caller, tool: ToolRecord, permission: string): void {
  if (owns(caller, tool.authorId)) return;
  throw new Problem('forbidden', {
    detail: 'Only its author or an admin may change this tool.',
    extra: { required_permission: permission },
  });
}

function assertMatch(ifMatch: string | undefined, tool: ToolRecord): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  // What a tag holds beyond the revision (the analysis that was shown along) does not matter to a change.
  if (ifMatch.split(',').some((tag) => tag.trim().replace(/\.[^"]*"$/, '"') === etagOf(tool))) return;
  throw new Problem('precondition-failed', {
    detail: `The tool is at revision ${tool.revision}; If-Match names another.`,
    headers: { etag: etagOf(tool) },
  });
}
