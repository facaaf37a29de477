import { poisoningRules } from '../../analysis/rules/poisoning.ts';
import type { Subject } from '../../analysis/subject.ts';
import type { PassageRecord } from '../ports.ts';

/** Of passages that are kept: they are found again and again. */
const known = new WeakMap<object, string[]>();

/** The rules of tool poisoning that a passage breaks: hidden text, orders to a model, requests for what is private. */
export function flagsOf(passage: Pick<PassageRecord, 'text'>): string[] {
  const flags = known.get(passage) ?? rulesBrokenBy(passage.text);
  known.set(passage, flags);
  return flags;
}

function rulesBrokenBy(text: string): string[] {
  const subject = { texts: [{ path: '', name: 'passage', text }], tools: [], servers: [] } as unknown as Subject;
  return poisoningRules.filter(({ check }) => [...check(subject)].length > 0).map(({ id }) => id);
}
