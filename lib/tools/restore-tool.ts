import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '../kernel/http/caller.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { notFound } from '../kernel/errors/problem.ts';
import { assertServable } from './assert-servable.ts';
import { changeTool, type ToolWriting } from './change.ts';
import { ToolConfig } from './config.ts';
import { keepSecrets } from './keep-secrets.ts';
import { type ConfigRules, prepareConfig } from './prepare-config.ts';
import { presentTool } from './present.ts';
import { type HistoryReading, readRevision } from './read-revisions.ts';
import type { Tool } from './schema.ts';
import { nextPatch } from './version.ts';

/**
 * The configuration of an older revision as a new revision. When that changes the configuration, the version's last number rises.
 * @throws Problem `not-found`, also for a deleted tool; see changeTool and prepareConfig: what is not allowed any more does not come back.
 */
export async function restoreTool(
  services: ToolWriting & HistoryReading & { readonly settings: ConfigRules; readonly encryptor: Encryptor },
  caller: Caller,
  idOrSlug: string,
  revision: number,
  ifMatch: string | undefined,
): Promise<Tool> {
  const tool = await services.tools.find(idOrSlug);
  if (!tool) throw notFound('tool', idOrSlug);
  const { snapshot } = await readRevision(services, tool, revision);
  // The rules of today apply to what was kept under those of then.
  const prepared = prepareConfig(services.settings, ToolConfig.parse(snapshot.config));
  const { config, secrets, moved } = await keepSecrets(services.encryptor, tool, prepared);
  const request = { idOrSlug: tool.id, ifMatch, type: 'restore', permission: 'mcps:update' } as const;
  const restored = await changeTool(services, caller, request, (current) => {
    assertServable({ ...current, config });
    return {
      config,
      ...(secrets && { secrets }),
      version: isDeepStrictEqual(current.config, config) ? current.version : nextPatch(current.version),
    };
  });
  return presentTool(restored, moved);
}
