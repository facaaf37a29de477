import { redactText } from '../kernel/log/redact.ts';
import type { ConfigRules } from '../tools/check-config.ts';
import type { Json } from './json.ts';
import { type Finding, severities } from './rule.ts';
import { helpOf, rules } from './rules/all.ts';
import { readSubject, type Subject } from './subject.ts';

/** Findings of one rule beyond this many are counted, not listed. */
const mostOfARule = 20;

export interface Examination {
  readonly subject: Subject;
  /** The worst first. */
  readonly findings: readonly Finding[];
}

/** Every rule over a configuration of any shape; the same configuration always gives the same findings. */
export function examine(config: Json, allowed?: ConfigRules): Examination {
  const subject = readSubject(config, allowed);
  const findings: Finding[] = [];
  for (const { id, severity, fix, check } of rules) {
    const hits = [...check(subject)];
    const help = helpOf(id);
    for (const hit of hits.slice(0, mostOfARule))
      findings.push({
        rule: id,
        severity,
        path: redactText(hit.path),
        message: redactText(hit.message),
        fix: redactText(hit.fix ?? fix),
        help,
      });
    const more = hits.length - mostOfARule;
    if (more > 0) findings.push({ rule: id, severity, path: '', message: `And ${more} more places.`, fix, help });
  }
  return { subject, findings: withoutRepeats(findings).toSorted((a, b) => rank(b) - rank(a)) };
}

/** What the platform refuses is not said twice where a rule of its own says it at the same place. */
function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const said = new Set(findings.filter(isSerious).map(({ path }) => path));
  return findings.filter(({ rule, path }) => rule !== 'platform-refuses' || !said.has(path));
}

function rank({ severity }: Finding): number {
  return severities.indexOf(severity);
}

function isSerious({ rule, severity }: Finding): boolean {
  return rule !== 'platform-refuses' && (severity === 'high' || severity === 'critical');
}
