import * as z from 'zod';
import { type Asked, askModel, type ModelServices } from './ask-model.ts';
import { engineOf } from './engine.ts';
import { type Examination, examine } from './examine.ts';
import type { ConfigRules } from '../tools/check-config.ts';
import type { Json } from './json.ts';
import { capped, feasibleFrom, scoreByRules } from './score.ts';
import type { Feasibility } from './schema.ts';

const Verdict = z.strictObject({
  score: z.number().min(0).max(1),
  reasoning: z.string().max(4000),
  risks: z.array(z.string().max(500)).max(20),
  recommendations: z.array(z.string().max(500)).max(20),
});

const system = `You review configurations of MCP (Model Context Protocol) servers before they are deployed for a team.
Judge whether the described server can be launched, is clear to the language models that call its tools, and is safe to run.
Deterministic findings are given; build on them, do not repeat them word by word, and never contradict one.
score: 0 (must not be deployed) to 1 (nothing to improve). reasoning: at most five sentences. risks and recommendations: concrete, the most important first.
Answer with the JSON object of the given schema and nothing else.`;

interface Who {
  readonly ownerId: string;
  readonly signal: AbortSignal;
}

/** The rules' verdict, with a model's words where there is one. A model may lower the rules' score, never raise it. */
export async function assessFeasibility(
  services: ModelServices & { readonly settings?: ConfigRules },
  who: Who,
  config: Json,
): Promise<{ result: Feasibility; usage: Asked<unknown>['usage'] }> {
  const examination = examine(config, services.settings);
  const ruled = scoreByRules(examination);
  const asked = await askModel(services, who, {
    name: 'feasibility',
    schema: Verdict,
    system,
    material: { configuration: config, findings: shortened(examination), score_of_rules: ruled.score },
    about: wordsOf(examination),
    maxOutputTokens: 2000,
    accept: (verdict) => verdict,
  });
  const verdict = asked.answer;
  const score = verdict ? capped(Math.min(verdict.score, ruled.score), examination) : ruled.score;
  return {
    usage: asked.usage,
    result: {
      ...ruled,
      ...verdict,
      risks: merged(ruled.risks, verdict?.risks),
      recommendations: merged(ruled.recommendations, verdict?.recommendations),
      score,
      is_feasible: score >= feasibleFrom,
      findings: [...examination.findings],
      estimated_tokens: examination.subject.tokens,
      ...engineOf(services.model, asked),
    },
  };
}

/** What the prompt says of the findings: a model needs no more than the worst of them. */
export function shortened({ findings }: Examination): object[] {
  return findings.slice(0, 40).map(({ rule, severity, path, message }) => ({ rule, severity, path, message }));
}

/** What a configuration says of itself, to find passages by. */
export function wordsOf({ subject: { description = '', tools } }: Examination): string {
  return [description, ...tools.flatMap((tool) => [tool.name, tool.description ?? ''])].join('\n');
}

/** The rules' lines stay, whatever a model says. */
function merged(ruled: readonly string[], modelled: readonly string[] = []): string[] {
  return [...new Set([...ruled, ...modelled])];
}
