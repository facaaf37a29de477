import { librarySpace } from '../ports.ts';
import { flagsOf } from './flags.ts';
import type { SearchServices } from './open-space.ts';
import { findPassages } from './search.ts';

/** A passage that may stand before a model, with what it is cited by. */
export interface CitedPassage {
  readonly passage_id: string;
  readonly document_id: string;
  readonly title: string;
  readonly heading: string | null;
  readonly text: string;
}

/** A passage in a prompt costs its reader no more characters than this. */
const longest = 1500;
const longestQuery = 4000;

/**
 * The passages of the documents that say most about something, found by their words; none that breaks a rule of tool poisoning.
 * @param limit 1 to 20.
 * @throws Problem `service-unavailable`.
 */
export function bestPassages(services: SearchServices): (about: string, limit: number) => Promise<CitedPassage[]> {
  return async (about, limit) => {
    const query = about.slice(0, longestQuery).toWellFormed();
    const { hits } = await findPassages(services, librarySpace, { query, limit: 2 * limit });
    return hits
      .filter(({ passage }) => flagsOf(passage).length === 0)
      .slice(0, limit)
      .map(({ passage, document }) => ({
        passage_id: passage.id,
        document_id: document.id,
        title: document.title,
        heading: passage.headings.join(' › ') || null,
        text: passage.text.slice(0, longest).toWellFormed(),
      }));
  };
}
