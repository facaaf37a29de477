import { notFound } from '../kernel/errors/problem.ts';
import type { ToolStore } from './ports.ts';
import { presentTool } from './present.ts';
import type { Tool } from './schema.ts';

/** @throws Problem `not-found`, also for a deleted tool. */
export async function getTool({ tools }: { tools: ToolStore }, idOrSlug: string): Promise<Tool> {
  const tool = await tools.find(idOrSlug);
  if (!tool) throw notFound('tool', idOrSlug);
  return presentTool(tool);
}
