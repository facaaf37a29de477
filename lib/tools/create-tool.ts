import type { Caller } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { assertServable } from './assert-servable.ts';
import { changeEntry, secretsEntry, announceChanges, type ToolWriting } from './change.ts';
import { type ToolQuota, withinToolQuota } from './tool-quota.ts';
import { keepSecrets } from './keep-secrets.ts';
import { type ConfigRules, prepareConfig } from './prepare-config.ts';
import type { ToolRecord } from './ports.ts';
import { presentTool } from './present.ts';
import type { CreateTool, Tool } from './schema.ts';

/** @throws Problem `slug-taken`, and those of prepareConfig. */
export async function createTool(
  services: ToolWriting & ToolQuota & { readonly settings: ConfigRules; readonly encryptor: Encryptor },
  caller: Caller,
  input: CreateTool,
): Promise<Tool> {
  const id = newId();
  const { config, secrets, moved } = await keepSecrets(
    services.encryptor,
    { id },
    prepareConfig(services.settings, input.config),
  );
  assertServable({ status: input.status, config });
  const now = new Date();
  const tool: ToolRecord = {
    ...input,
    config,
    secrets,
    id,
    authorId: caller.userId,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: undefined,
  };
  const entries = [changeEntry('create', tool, caller), ...secretsEntry(caller, id, secrets)];
  const [kept = tool] = await withinToolQuota(services, caller, 1, () => services.tools.insert([tool], entries));
  await announceChanges(services, entries);
  return presentTool(kept, moved);
}
