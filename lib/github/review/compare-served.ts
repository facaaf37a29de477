import type { ToolConfig } from '../../tools/config.ts';
import type { Draft } from '../detect/draft-of.ts';
import { type Change, compareDrafts, type Comparison } from './compare-drafts.ts';
import type { Previews, Started } from './run-previews.ts';

export interface Compared {
  readonly comparison: Comparison;
  /** By what was compared, and why not by more. */
  readonly ran: string;
  /** What has to come before more is known: the start of the previews, or a maintainer who lets a fork's code run. */
  readonly awaits?: 'previews' | 'maintainer' | undefined;
}

/** The comparison of two drafts: by the tools that both serve where both were started, else by what the files say. */
export function compareServed(before: Draft | undefined, after: Draft, previews: Previews): Compared {
  const declared = compareDrafts(before, after);
  if ('why' in previews)
    return {
      comparison: declared,
      ran: `Compared by what the files say. ${previews.why}`,
      awaits: previews.awaitsMaintainer ? 'maintainer' : undefined,
    };
  const { base, head } = previews;
  if (isUnderWay(previews))
    return {
      comparison: declared,
      ran: 'The server is being started to compare what it serves; this is what the files say.',
      awaits: 'previews',
    };
  if (head.state === 'failed') {
    const isBroken = base?.state === 'ready';
    const ended: Change = { class: 'breaking', subject: 'server', what: `Does not start any more: ${head.reason}` };
    return {
      comparison: isBroken ? { ...declared, changes: [ended, ...declared.changes] } : declared,
      ran: `Compared by what the files say: this commit ${why(head)}.`,
    };
  }
  if (before && base?.state !== 'ready')
    return {
      comparison: declared,
      ran: `Compared by what the files say: the base ${base ? why(base) : 'cannot be started without secrets'}.`,
    };
  return {
    comparison: compareDrafts(before && serving(before, base), serving(after, head)),
    ran: 'Compared by the tools that both commits serve when they are started.',
  };
}

/** Whether another look will know more. */
export function isUnderWay(previews: Previews | undefined): boolean {
  if (!previews || 'why' in previews) return false;
  return previews.head.state === 'starting' || previews.base?.state === 'starting';
}

/** A draft with the tools that its server offers; they stand in no file. */
function serving(draft: Draft, started: Started | undefined): Draft {
  if (started?.state !== 'ready') return draft;
  const tools = started.tools as NonNullable<ToolConfig['tools']>;
  return {
    ...draft,
    config: { ...draft.config, tools },
    placeIn: (path) => (path[0] === 'tools' ? undefined : draft.placeIn(path)),
  };
}

function why(started: Started): string {
  return started.state === 'failed' ? `does not start (${started.reason})` : 'has not started';
}
