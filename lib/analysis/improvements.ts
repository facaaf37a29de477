import * as z from 'zod';
import { type Asked, askModel, type ModelServices } from './ask-model.ts';
import { engineOf } from './engine.ts';
import { type Examination, examine } from './examine.ts';
import { shortened, wordsOf } from './feasibility.ts';
import { redactText } from '../kernel/log/redact.ts';
import type { ConfigRules } from '../tools/check-config.ts';
import { type Json, objectIn } from './json.ts';
import { joined, valueAt } from './patch.ts';
import type { Finding, Rule, Severity } from './rule.ts';
import { categoryOf, rules } from './rules/all.ts';
import type { Improvement, Improvements, JobInput } from './schema.ts';

const Level = z.enum(['low', 'medium', 'high']);
const Suggestions = z.strictObject({
  improvements: z
    .array(
      z.strictObject({
        category: z.string().max(100),
        title: z.string().min(1).max(200),
        description: z.string().max(2000),
        priority: z.enum(['low', 'medium', 'high', 'critical']),
        effort: Level,
        impact: Level,
        path: z.string().max(500).nullable(),
      }),
    )
    .min(1)
    .max(20),
});

const system = `You advise the authors of MCP (Model Context Protocol) servers. Suggest what would make the described configuration clearer to the language models that call it, safer, and easier to run.
Deterministic findings are given; they are listed to the author anyway, so add what they do not say. Be concrete: name the tool or member, and write the better text where you can.
path: JSON Pointer into the configuration, or null. Answer with the JSON object of the given schema and nothing else.`;

const priorities: Readonly<Record<Severity, Improvement['priority']>> = {
  info: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  critical: 'critical',
};

/** Suggestions from the findings, and a model's after them; at least one. */
export async function suggestImprovements(
  services: ModelServices & { readonly settings?: ConfigRules },
  who: { readonly ownerId: string; readonly signal: AbortSignal },
  { name, description, config }: Omit<Extract<JobInput, { type: 'improvements' }>, 'knowledge'>,
): Promise<{ result: Improvements; usage: Asked<unknown>['usage'] }> {
  const examination = examine({ ...config, ...(description !== '' && { description }) }, services.settings);
  const ruled = fromFindings(examination, config);
  const asked = await askModel(services, who, {
    name: 'improvements',
    schema: Suggestions,
    system,
    material: { name, description, configuration: config, findings: shortened(examination) },
    about: `${name}\n${wordsOf(examination)}`,
    maxOutputTokens: 3000,
    accept: ({ improvements }) =>
      improvements.map(({ path, ...rest }): Improvement => ({ ...rest, ...(path !== null && { path }) })),
  });
  const improvements = [...ruled, ...(asked.answer ?? [])];
  return {
    usage: asked.usage,
    result: {
      improvements: improvements.length > 0 ? improvements : [upkeep],
      ...engineOf(services.model, asked),
    },
  };
}

/** For a configuration in which nothing is found. */
const upkeep: Improvement = {
  category: 'upkeep',
  title: 'Review the pinned versions regularly',
  description: 'No rule found anything. Pinned versions age: look at them every month and raise them after a review.',
  priority: 'low',
  effort: 'low',
  impact: 'low',
};

/** One suggestion a rule, the worst first. */
function fromFindings({ findings }: Examination, config: Json): Improvement[] {
  const byRule = Map.groupBy(findings, ({ rule }) => rule);
  return [...byRule].map(([id, places]) => improvementOf(id, places, config));
}

function improvementOf(id: string, places: readonly Finding[], config: Json): Improvement {
  const rule = rules.find((one) => one.id === id);
  const severity = rule?.severity ?? 'low';
  const fixes = [...new Set(places.map(({ fix }) => fix))];
  const [fix = id] = fixes;
  const [first] = places;
  const named = places.filter(({ path }) => path !== '').slice(0, 5);
  const where = places.length === 1 ? '' : `In ${places.length} places, among them:`;
  const patch = patchOf(rule, places, config);
  return {
    category: categoryOf(id),
    title: titleOf(fix, places.length === 1 ? nameAt(config, first?.path ?? '') : undefined),
    description: [
      rule?.risk ?? '',
      ...fixes.slice(0, 5),
      `${where} ${named.map(({ path, message }) => `${path}: ${message}`).join(' ')}`.trim(),
    ]
      .filter((part) => part !== '')
      .join(' '),
    priority: priorities[severity],
    effort: places.length > 10 ? 'high' : places.length > 3 ? 'medium' : 'low',
    impact: severity === 'critical' || severity === 'high' ? 'high' : severity === 'medium' ? 'medium' : 'low',
    ...(first && first.path !== '' && { path: first.path }),
    ...(patch.length > 0 && { patch }),
  };
}

/** The first sentence of a fix, after the name of what it is about. */
function titleOf(fix: string, name: string | undefined): string {
  const sentence = (fix.split(/(?<=[.;]) /)[0] ?? fix).replace(/[.;]$/, '');
  return (name === undefined ? sentence : `${name}: ${sentence}`).slice(0, 200);
}

/** The name of the server or tool that a path leads into. */
function nameAt(config: Json, path: string): string | undefined {
  const [, at, key] = /^((?:\/config)?\/(?:servers|mcpServers|tools)\/([^/]+))/.exec(path) ?? [];
  if (at === undefined || key === undefined) return undefined;
  const named = objectIn(valueAt(config, at))['name'];
  const name = typeof named === 'string' ? named : /^\d+$/.test(key) ? undefined : key;
  return name === undefined || name === '' ? undefined : redactText(name.slice(0, 60));
}

/** One patch for all places, when it can be applied to the configuration as it was given. */
function patchOf(rule: Rule | undefined, places: readonly Finding[], config: Json): Improvement['patch'] & object {
  if (rule?.patch === undefined) return [];
  const patch = joined(places.map(({ path }) => rule.patch?.(config, path) ?? []));
  return patch.map((operation) => ({
    op: operation.op as 'add' | 'remove' | 'replace',
    path: operation.path,
    ...('value' in operation && { value: operation.value as unknown }),
  }));
}
