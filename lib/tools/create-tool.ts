import type { Caller } from '../kernel/caller.ts';
import { newId } from '../kernel/ids.ts';
import { changeEntry, tell, type ToolWriting } from './change.ts';
import { type ConfigRules, prepareConfig } from './prepare-config.ts';
import type { ToolRecord } from './ports.ts';
import { presentTool } from './present.ts';
import type { CreateTool, Tool } from './schema.ts';

/** @throws Problem `slug-taken`, and those of prepareConfig. */
export async function createTool(
  services: ToolWriting & { readonly settings: ConfigRules },
  caller: Caller,
  input: CreateTool,
): Promise<Tool> {
  const config = prepareConfig(services.settings, input.config);
  const now = new Date();
  const tool: ToolRecord = {
    ...input,
    config,
    id: newId(),
    authorId: caller.userId,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: undefined,
  };
  const entry = changeEntry('create', tool, caller);
  await services.tools.insert([tool], [entry]);
  await tell(services, [entry]);
  return presentTool(tool);
}
