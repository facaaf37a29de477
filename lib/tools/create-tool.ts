import type { Caller } from '../kernel/caller.ts';
import { newId } from '../kernel/ids.ts';
import type { Relay } from '../outbox/ports.ts';
import { changeEntry } from './change.ts';
import { demandConfigSize } from './config.ts';
import type { ToolRecord, ToolStore } from './ports.ts';
import { presentTool } from './present.ts';
import type { CreateTool, Tool } from './schema.ts';

/** @throws Problem `slug-taken`, `payload-too-large`. */
export async function createTool(
  { tools, relay }: { tools: ToolStore; relay: Relay },
  caller: Caller,
  input: CreateTool,
): Promise<Tool> {
  demandConfigSize(input.config);
  const now = new Date();
  const tool: ToolRecord = {
    ...input,
    id: newId(),
    authorId: caller.userId,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: undefined,
  };
  const entry = changeEntry('create', tool, caller);
  await tools.insert(tool, [entry]);
  await relay.send([entry.id]);
  return presentTool(tool);
}
