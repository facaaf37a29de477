import type { Caller } from '../kernel/http/caller.ts';
import { notFound } from '../kernel/errors/problem.ts';
import type { ToolStore } from './ports.ts';
import { presentTool } from './present.ts';
import type { Tool } from './schema.ts';
import { visibleConfig } from './visible-config.ts';

/** @throws Problem `not-found`, also for a deleted tool. */
export async function getTool({ tools }: { tools: ToolStore }, caller: Caller, idOrSlug: string): Promise<Tool> {
  const tool = await tools.find(idOrSlug);
  if (!tool) throw notFound('tool', idOrSlug);
  return presentTool({ ...tool, config: visibleConfig(caller, tool, tool.config) });
}
