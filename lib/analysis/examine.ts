import { redactText } from '../kernel/log/redact.ts';
import type { Json } from './json.ts';
import { type Finding, severities } from './rule.ts';
import { rules } from './rules/all.ts';
import { readSubject, type Subject } from './subject.ts';

/** Findings of one rule beyond this many are counted, not listed. */
const mostOfARule = 20;

export interface Examination {
  readonly subject: Subject;
  /** The worst first. */
  readonly findings: readonly Finding[];
}

/** Every rule over a configuration of any shape; the same configuration always gives the same findings. */
export function examine(config: Json): Examination {
  const subject = readSubject(config);
  const findings: Finding[] = [];
  for (const { id, severity, fix, check } of rules) {
    const hits = [...check(subject)];
    for (const { path, message } of hits.slice(0, mostOfARule))
      findings.push({ rule: id, severity, path: redactText(path), message, fix });
    const more = hits.length - mostOfARule;
    if (more > 0) findings.push({ rule: id, severity, path: '', message: `And ${more} more places.`, fix });
  }
  return { subject, findings: findings.toSorted((a, b) => rank(b) - rank(a)) };
}

function rank({ severity }: Finding): number {
  return severities.indexOf(severity);
}
