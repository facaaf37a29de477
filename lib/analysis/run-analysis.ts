import type { Job, JobDone } from '../tasks/run-job.ts';
import { assessFeasibility } from './feasibility.ts';
import { type GenerateServices, generateConfig } from './generate-config.ts';
import { suggestImprovements } from './improvements.ts';
import type { ScoreStore } from './ports.ts';
import { Feasibility, GeneratedConfig, Improvements, JobInput } from './schema.ts';

export interface AnalysisServices extends GenerateServices {
  readonly scores: ScoreStore;
}

/** Does what a task of analysis asks for. Running it twice changes nothing more. */
export async function runAnalysis(all: AnalysisServices, job: Job): Promise<JobDone> {
  const input = JobInput.parse(job.input);
  const services = input.knowledge ? all : { ...all, passages: undefined };
  await job.step(10, services.model ? 'Checking, then asking the model.' : 'Checking.');
  switch (input.type) {
    case 'feasibility': {
      const { result, usage } = await assessFeasibility(services, job, input.config);
      const whole = { ...result, ...(input.tool && { tool_id: input.tool.id, revision: input.tool.revision }) };
      await job.step(90, 'Writing the result down.');
      if (input.tool) await services.scores.put(scoreOf(whole, input.tool, job.taskId));
      return done(Feasibility.parse(whole), `Score ${result.score}.`, usage);
    }
    case 'improvements': {
      const { result, usage } = await suggestImprovements(services, job, input);
      return done(Improvements.parse(result), `${result.improvements.length} improvements.`, usage);
    }
    case 'generate-config': {
      const { result, usage } = await generateConfig(services, job, input.requirements);
      return done(
        GeneratedConfig.parse(result),
        `A configuration with ${result.config.servers.length} servers.`,
        usage,
      );
    }
  }
}

function done(result: unknown, message: string, usage: JobDone['usage']): JobDone {
  return { result, message, ...(usage && { usage }) };
}

function scoreOf(
  { score, is_feasible, findings, engine }: Feasibility,
  tool: { id: string; revision: number },
  task_id: string,
) {
  const counted = Object.entries(Object.groupBy(findings, ({ severity }) => severity));
  return {
    tool_id: tool.id,
    revision: tool.revision,
    score,
    is_feasible,
    findings: Object.fromEntries(counted.map(([severity, found]) => [severity, found.length])),
    engine,
    task_id,
    analysed_at: new Date().toISOString(),
  };
}
