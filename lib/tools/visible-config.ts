import type { ToolChanged } from '../../events/outbox.ts';
import { type Caller, owns } from '../kernel/http/caller.ts';
import { namesOnly } from '../secrets/names-only.ts';

/** A configuration as this caller may see it: its author and admins the literal values of variables and headers, everybody else their names. */
export function visibleConfig<T>(caller: Caller, { authorId }: { readonly authorId: string }, config: T): T {
  return owns(caller, authorId) ? config : namesOnly(config);
}

/** The same for a revision. */
export function visibleRevision(caller: Caller, tool: { readonly authorId: string }, entry: ToolChanged): ToolChanged {
  const { snapshot } = entry;
  return { ...entry, snapshot: { ...snapshot, config: visibleConfig(caller, tool, snapshot.config) } };
}
