import type { Examination } from './examine.ts';
import { quote, type Rule, type Severity, severities } from './rule.ts';
import { rules } from './rules/all.ts';

/** What one rule of a severity takes off the score; the same rule in further places takes a little more. */
const weights: Readonly<Record<Severity, number>> = { info: 0.01, low: 0.03, medium: 0.1, high: 0.4, critical: 0.65 };

/** A finding of this severity keeps the score at or under this. */
const caps: Partial<Record<Severity, number>> = { high: 0.49, critical: 0.24 };

export interface RuleScore {
  /** 0–1, two decimals. */
  readonly score: number;
  readonly is_feasible: boolean;
  readonly reasoning: string;
  readonly risks: string[];
  readonly recommendations: string[];
}

/** From this on a configuration is called feasible. */
export const feasibleFrom = 0.5;

/** The verdict that the findings give by themselves. */
export function scoreByRules(examination: Examination): RuleScore {
  const counts = countByRule(examination);
  const found = rules
    .filter(({ id }) => counts.has(id))
    .toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity));
  if (isUnknown(examination)) return unknown(examination, found);
  const rest = found.reduce((left, { id, severity }) => left * (1 - lossOf(severity, counts.get(id) ?? 1)), 1);
  const score = capped(rest, examination);
  return {
    score,
    is_feasible: score >= feasibleFrom,
    reasoning: explain(examination, score),
    risks: risksOf(found, counts),
    recommendations: found.map(({ fix }) => fix).filter((fix, index, all) => all.indexOf(fix) === index),
  };
}

/** Nothing in it has a shape that is known: there is nothing to score. */
function isUnknown({ findings }: Examination): boolean {
  return findings.some(({ rule }) => rule === 'nothing-recognised');
}

function unknown({ subject }: Examination, found: readonly Rule[]): RuleScore {
  const members = Object.keys(subject.raw)
    .slice(0, 10)
    .map((name) => quote(name, 30))
    .join(', ');
  return {
    score: 0,
    is_feasible: false,
    reasoning: `This is no configuration of a known shape: its members are ${members || 'none'}. Known are servers (a list, or a map as in clients' files), mcpServers, packages and remotes of a server.json, one server with command, url or package, and tools.`,
    risks: risksOf(found, new Map()),
    recommendations: found.map(({ fix }) => fix),
  };
}

function risksOf(found: readonly Rule[], counts: ReadonlyMap<string, number>): string[] {
  return found
    .filter(({ severity }) => severity !== 'info')
    .map(({ id, severity, risk }) => `${severity}: ${risk} (${id}${times(counts.get(id))})`);
}

/** The score, held under what the worst finding allows. */
export function capped(score: number, { findings }: Pick<Examination, 'findings'>): number {
  const cap = Math.min(1, ...findings.map(({ severity }) => caps[severity] ?? 1));
  return Math.round(Math.min(Math.max(score, 0), cap) * 100) / 100;
}

function lossOf(severity: Severity, places: number): number {
  return Math.min(0.95, weights[severity] * (1 + Math.log2(places) / 4));
}

function countByRule({ findings }: Examination): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}

function explain({ subject, findings }: Examination, score: number): string {
  const { servers, tools, tokens } = subject;
  const seen = [
    `${count(servers.length, 'server')} and ${count(tools.length, 'tool')}`,
    ...(tokens > 0 ? [`about ${tokens} tokens for a client`] : []),
  ].join(', ');
  const worst = severities.toReversed().flatMap((severity) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? [] : [`${number} ${severity}`];
  });
  if (worst.length === 0) return `${seen}. No rule found anything.`;
  const verdict =
    score >= feasibleFrom
      ? 'It can be used as it is; the findings say what would make it better.'
      : 'Mend the worst findings before it is used.';
  return `${seen}. Findings: ${worst.join(', ')}. ${verdict}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function times(places = 1): string {
  return places === 1 ? '' : `, in ${places} places`;
}
