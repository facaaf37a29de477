import { librarySpace } from '../ports.ts';
import { flagsOf } from './flags.ts';
import type { SearchServices } from './open-space.ts';
import { findPassages } from './search.ts';

/** A passage that may stand before a model, with what it is cited by. */
export interface CitedPassage {
  readonly passage_id: string;
  readonly title: string;
  readonly heading: string | undefined;
  readonly text: string;
}

/** The passages of the documents that say most about a question; none that breaks a rule of tool poisoning. @param limit 1 to 20. */
export async function bestPassages(services: SearchServices, query: string, limit: number): Promise<CitedPassage[]> {
  if (!/[\p{L}\p{N}]/u.test(query)) return [];
  const { hits } = await findPassages(services, librarySpace, { query: query.slice(0, 4000), limit: 2 * limit });
  return hits
    .filter(({ passage }) => flagsOf(passage.text).length === 0)
    .slice(0, limit)
    .map(({ passage, document }) => ({
      passage_id: passage.id,
      title: document.title,
      heading: passage.headings.join(' › ') || undefined,
      text: passage.text,
    }));
}
