import { poisoningRules } from '../../analysis/rules/poisoning.ts';
import type { Subject } from '../../analysis/subject.ts';

/** The rules of tool poisoning that a passage breaks: hidden text, orders to a model, requests for what is private. */
export function flagsOf(text: string): string[] {
  const subject = { texts: [{ path: '', name: 'passage', text }], tools: [], servers: [] } as unknown as Subject;
  return poisoningRules.filter(({ check }) => [...check(subject)].length > 0).map(({ id }) => id);
}
