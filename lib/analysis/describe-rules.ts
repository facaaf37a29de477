import { severities } from './rule.ts';
import { rules, rulesByCategory } from './rules/all.ts';

/** The page of every rule, by category: what it means, what to do, an example that fails and one that passes. Markdown. */
export function rulePages(): string {
  const counts = severities.toReversed().map((severity) => {
    const number = rules.filter((rule) => rule.severity === severity).length;
    return `${number} ${severity}`;
  });
  const sections = Object.entries(rulesByCategory).map(([category, of]) =>
    [`## ${category.charAt(0).toUpperCase()}${category.slice(1)}`, ...of.map(page)].join('\n\n'),
  );
  return [`${rules.length} rules: ${counts.join(', ')}.`, ...sections].join('\n\n');
}

function page({ id, severity, risk, fix, fails, passes, patch }: (typeof rules)[number]): string {
  return [
    `### ${id}`,
    `**${severity}** · ${risk}`,
    `${fix}${patch ? ' An improvement carries the patch.' : ''}`,
    `Found in: ${code(fails)}`,
    `Not found in: ${code(passes)}`,
  ].join('\n\n');
}

/** On one line, with signs that cannot be seen as escapes; long examples are cut. */
function code(example: unknown): string {
  const json = JSON.stringify(example)
    .replaceAll(/[^\x20-\x7e]/g, escaped)
    .replaceAll('`', '\\u0060');
  return `\`${json.length > 300 ? `${json.slice(0, 299)}…` : json}\``;
}

function escaped(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
