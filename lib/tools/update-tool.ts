import type { Caller } from '../kernel/http/caller.ts';
import { invalidField, notFound } from '../kernel/errors/problem.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { assertServable } from './assert-servable.ts';
import { changeTool, type ToolWriting } from './change.ts';
import type { ToolConfig } from './config.ts';
import { diffOf } from './diff.ts';
import { keepSecrets, type KeptConfig } from './keep-secrets.ts';
import type { ToolRecord } from './ports.ts';
import { type ConfigRules, prepareConfig } from './prepare-config.ts';
import { presentTool } from './present.ts';
import type { Tool, UpdateTool } from './schema.ts';
import { isHigher } from './version.ts';

/**
 * Changes what `changes` names. The same values again are no change and no revision.
 * @throws Problem `validation-error` when the configuration changes and the version does not rise; see also changeTool and prepareConfig.
 */
export async function updateTool(
  services: ToolWriting & { readonly settings: ConfigRules; readonly encryptor: Encryptor },
  caller: Caller,
  idOrSlug: string,
  changes: UpdateTool,
  ifMatch: string | undefined,
): Promise<Tool> {
  const kept = changes.config && (await keptFor(services, idOrSlug, prepareConfig(services.settings, changes.config)));
  const plain = kept ? { ...changes, config: kept.config } : changes;
  const request = { idOrSlug, ifMatch, type: 'update', permission: 'mcps:update' } as const;
  const changed = await changeTool(services, caller, request, (current) => applied(current, plain, kept?.secrets));
  return presentTool(changed, kept?.moved);
}

async function keptFor(
  { tools, encryptor }: Pick<ToolWriting, 'tools'> & { readonly encryptor: Encryptor },
  idOrSlug: string,
  config: ToolConfig,
): Promise<KeptConfig> {
  const tool = await tools.find(idOrSlug);
  if (!tool) throw notFound('tool', idOrSlug);
  return keepSecrets(encryptor, tool, config);
}

function applied(
  current: ToolRecord,
  changes: UpdateTool,
  secrets: ToolRecord['secrets'],
): Partial<ToolRecord> | undefined {
  const different = Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== undefined),
  ) as Partial<ToolRecord>;
  const patch = diffOf(current, { ...current, ...different });
  if (patch.length === 0) return secrets && { secrets };
  const configChanges = patch.some(({ path }) => path.startsWith('/config'));
  if (configChanges && !isHigher(changes.version ?? current.version, current.version)) {
    throw invalidField(
      ['version'],
      `The configuration changes, so the version must rise above ${current.version}`,
      'version_not_higher',
    );
  }
  if (different.status !== undefined || configChanges) assertServable({ ...current, ...different });
  return { ...different, ...(secrets && { secrets }) };
}
