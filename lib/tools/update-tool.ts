import type { Caller } from '../kernel/caller.ts';
import { invalidField } from '../kernel/problem.ts';
import type { Relay } from '../outbox/ports.ts';
import { changeTool } from './change.ts';
import { demandConfigSize } from './config.ts';
import { diffOf } from './diff.ts';
import type { ToolRecord, ToolStore } from './ports.ts';
import { presentTool } from './present.ts';
import type { Tool, UpdateTool } from './schema.ts';
import { isHigher } from './version.ts';

/**
 * Changes what `changes` names. The same values again are no change and no revision.
 * @throws Problem `validation-error` when the configuration changes and the version does not rise; see also changeTool.
 */
export async function updateTool(
  services: { tools: ToolStore; relay: Relay },
  caller: Caller,
  idOrSlug: string,
  changes: UpdateTool,
  ifMatch: string | undefined,
): Promise<Tool> {
  if (changes.config) demandConfigSize(changes.config);
  const request = { idOrSlug, ifMatch, type: 'update', permission: 'mcps:update' } as const;
  return presentTool(await changeTool(services, caller, request, (current) => applied(current, changes)));
}

function applied(current: ToolRecord, changes: UpdateTool): Partial<ToolRecord> | undefined {
  const different = Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== undefined),
  ) as Partial<ToolRecord>;
  const patch = diffOf(current, { ...current, ...different });
  if (patch.length === 0) return undefined;
  const configChanges = patch.some(({ path }) => path.startsWith('/config'));
  if (configChanges && !isHigher(changes.version ?? current.version, current.version)) {
    throw invalidField(
      ['version'],
      `The configuration changes, so the version must rise above ${current.version}`,
      'version_not_higher',
    );
  }
  return different;
}
