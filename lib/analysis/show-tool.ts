import * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import { Timestamp } from '../kernel/ids.ts';
import { getTool } from '../tools/get-tool.ts';
import type { ToolStore } from '../tools/ports.ts';
import { etagOf } from '../tools/present.ts';
import { Tool } from '../tools/schema.ts';
import type { ScoreStore } from './ports.ts';

export const ToolWithAnalysis = Tool.extend({
  analysis: z
    .object({
      revision: z.int(),
      score: z.number(),
      is_feasible: z.boolean(),
      findings: z.record(z.string(), z.int()).meta({ description: 'How many of each severity.' }),
      engine: z.string(),
      task_id: z.string(),
      analysed_at: Timestamp,
    })
    .optional()
    .meta({ description: 'The latest verdict and the revision that it is on; absent when nobody has asked for one.' }),
}).meta({ id: 'ToolWithAnalysis' });
type ToolWithAnalysis = z.output<typeof ToolWithAnalysis>;

/** @throws Problem `not-found`, also for a deleted tool. */
export async function showTool(
  services: { tools: ToolStore; scores: ScoreStore },
  caller: Caller,
  idOrSlug: string,
): Promise<ToolWithAnalysis> {
  const tool = await getTool(services, caller, idOrSlug);
  const analysis = await services.scores.latest(tool.id);
  return { ...tool, ...(analysis && { analysis }) };
}

/** Identifies the analysis too; a change needs the revision alone to match. */
export function etagWithAnalysis(tool: ToolWithAnalysis): string {
  const tag = etagOf(tool);
  return tool.analysis ? `${tag.slice(0, -1)}.${tool.analysis.task_id.slice(-12)}"` : tag;
}
