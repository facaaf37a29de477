import { isDeepStrictEqual } from 'node:util';
import type { ToolChanged } from '../../events/outbox.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import type { Caller } from '../kernel/http/caller.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { changeEntry, changeTool, secretsEntry, announceChanges, type ToolWriting } from './change.ts';
import type { ToolConfig } from './config.ts';
import { takeName } from './formats/names.ts';
import { keepSecrets } from './keep-secrets.ts';
import type { ToolRecord } from './ports.ts';
import { type ConfigRules, prepareConfig } from './prepare-config.ts';
import { reservedSlugs } from './schema.ts';
import { type ToolQuota, withinToolQuota } from './tool-quota.ts';
import { isHigher, nextPatch } from './version.ts';

export type SyncServices = ToolWriting &
  ToolQuota & {
    readonly settings: ConfigRules;
    readonly encryptor: Encryptor;
  };

/** What a repository says of its server. */
export interface SyncedTool {
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  /** Counts when it is higher than the tool's; else the tool's last number rises. */
  readonly version: string;
  readonly config: ToolConfig;
  readonly source: NonNullable<ToolChanged['source']>;
}

/** Somebody else may take a slug between looking and writing. */
const attempts = 5;

/**
 * The repository's configuration as a `sync` revision; the same configuration again is none.
 * @throws Problem `not-found`, `forbidden` (not the author, not an admin); see prepareConfig.
 */
export async function syncTool(
  services: SyncServices,
  caller: Caller,
  toolId: string,
  { config, version, source }: Pick<SyncedTool, 'config' | 'version' | 'source'>,
): Promise<ToolRecord> {
  const tool = await services.tools.find(toolId);
  if (!tool) throw notFound('tool', toolId);
  const kept = await keepSecrets(services.encryptor, tool, prepareConfig(services.settings, config, []));
  const request = { idOrSlug: toolId, ifMatch: undefined, type: 'sync', permission: 'mcps:update', source } as const;
  return changeTool(services, caller, request, (current) => {
    const secrets = kept.secrets && { secrets: kept.secrets };
    if (isDeepStrictEqual(current.config, kept.config)) return secrets;
    const next = isHigher(version, current.version) ? version : nextPatch(current.version);
    return { config: kept.config, version: next, ...secrets };
  });
}

/** A draft of what a repository describes. When `id` is there, an earlier try has made it. @throws see prepareConfig. */
export async function createSyncedTool(
  services: SyncServices,
  caller: Caller,
  id: string,
  { name, slug, description, version, config, source }: SyncedTool,
): Promise<ToolRecord> {
  const kept = await keepSecrets(services.encryptor, { id }, prepareConfig(services.settings, config, []));
  for (let attempt = 1; ; attempt += 1) {
    const now = new Date();
    const tool: ToolRecord = {
      id,
      name,
      description,
      version,
      slug: takeName(slug, new Set([...reservedSlugs, ...(await services.tools.slugsLike(slug))])),
      status: 'draft',
      authorId: caller.userId,
      revision: 1,
      config: kept.config,
      secrets: kept.secrets,
      createdAt: now,
      updatedAt: now,
      deletedAt: undefined,
    };
    const entries = [changeEntry('create', tool, caller, source), ...secretsEntry(caller, id, kept.secrets)];
    try {
      const [made = tool] = await withinToolQuota(services, caller, 1, () => services.tools.insert([tool], entries));
      await announceChanges(services, entries);
      return made;
    } catch (error) {
      if (attempt === attempts || !(error instanceof Problem) || error.type !== 'slug-taken') throw error;
    }
  }
}
