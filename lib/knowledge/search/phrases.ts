import type { PassageRecord } from '../ports.ts';
import { type ParsedQuery, sequenceOf } from './parse-query.ts';

/** Whether a passage has every quoted phrase and none of those that it must not have. */
export function fitsPhrases(
  { phrases, excludedPhrases }: Pick<ParsedQuery, 'phrases' | 'excludedPhrases'>,
  title: string,
  { headings, text }: PassageRecord,
): boolean {
  if (phrases.length === 0 && excludedPhrases.length === 0) return true;
  const texts = [title, ...headings, text].map((part) => ` ${sequenceOf(part).join(' ')} `);
  const holds = (phrase: readonly string[]): boolean => texts.some((part) => part.includes(` ${phrase.join(' ')} `));
  return phrases.every(holds) && !excludedPhrases.some(holds);
}
