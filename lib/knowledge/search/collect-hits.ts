import type { OpenIndex } from '../index/open-index.ts';
import type { DocumentHead, PassageRecord } from '../ports.ts';
import type { SearchServices } from './open-space.ts';
import type { ParsedQuery } from './parse-query.ts';
import { fitsPhrases } from './phrases.ts';
import { byPlace } from './rank.ts';
import { selectBest } from './select-best.ts';

/** A match that was read and is the present version of its document. */
export interface Hit {
  readonly number: number;
  readonly score: number;
  readonly passage: PassageRecord;
  readonly document: DocumentHead;
}

type HitServices = Pick<SearchServices, 'documents' | 'passageReader'>;

/** What is stale is left out before; few are gone since. */
const spare = 3;
/** Phrases are looked for in the text of so many passages. */
const phraseCandidates = 500;

/**
 * The best matches that are still there: a passage is shown only when its document is at that version now. So what was deleted or changed is gone at once, whatever the index holds.
 */
export async function collectHits(
  services: HitServices,
  index: OpenIndex,
  scores: Float64Array,
  { limit, query, space }: { readonly limit: number; readonly query: ParsedQuery; readonly space: string },
): Promise<{ hits: Hit[]; total: number }> {
  const hasPhrases = query.phrases.length > 0 || query.excludedPhrases.length > 0;
  const hits: Hit[] = [];
  let gone = 0;
  let from = 0;
  for (let wanted = hasPhrases ? phraseCandidates : limit + spare; ; wanted *= 4) {
    const { best, total } = selectBest(scores, wanted, byPlace(index));
    const enough = hasPhrases ? phraseCandidates : 0;
    while (from < best.length && (hits.length < limit || from < enough)) {
      const chunk = best.slice(from, from + (hasPhrases ? 100 : limit + spare));
      const found = await readHits(services, index, chunk, scores, space);
      const fitting = found.filter(({ document, passage }) => fitsPhrases(query, document.title, passage));
      gone += chunk.length - fitting.length;
      hits.push(...fitting);
      from += chunk.length;
    }
    if (hits.length >= limit || best.length === total) return { hits: hits.slice(0, limit), total: total - gone };
  }
}

async function readHits(
  { documents, passageReader }: HitServices,
  index: OpenIndex,
  numbers: readonly number[],
  scores: Float64Array,
  space: string,
): Promise<Hit[]> {
  const keys = numbers.map((number) => ({ number, ...index.keyOf(number) }));
  const idOf = (key: (typeof keys)[number]): string => `${key.documentId}.${key.version}.${key.ordinal}`;
  const [passages, heads] = await Promise.all([
    passageReader(keys.map(idOf)),
    documents.heads([...new Set(keys.map(({ documentId }) => documentId))]),
  ]);
  const passageById = new Map(passages.map((passage) => [passage.id, passage]));
  const headById = new Map(heads.map((head) => [head.id, head]));
  return keys.flatMap((key) => {
    const passage = passageById.get(idOf(key));
    const document = headById.get(key.documentId);
    if (!passage || !document || document.version !== key.version || document.space !== space) return [];
    return [{ number: key.number, score: scores[key.number] ?? 0, passage, document }];
  });
}
