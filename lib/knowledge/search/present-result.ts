import type { PassageRecord } from '../ports.ts';
import type { SearchResult } from '../schema.ts';
import { flagsOf } from './flags.ts';
import type { FoundConcept } from './score.ts';
import type { Found } from './found.ts';
import { snippetOf } from './snippet.ts';

/** How what was found is shown. */
export function presentResults(found: Found, explain: boolean): SearchResult[] {
  const { concepts } = found.ranking;
  const weights = new Map(concepts.flatMap(({ terms, idf, weight }) => terms.map((term) => [term, idf * weight])));
  return found.hits.map(({ number, score, lexical, passage, document }) => ({
    document_id: document.id,
    passage_id: passage.id,
    version: document.version,
    title: document.title,
    content_snippet: snippetOf(passage, found.languages, weights),
    // A match is never shown as none.
    similarity_score: Math.max(1e-6, rounded(score)),
    metadata: document.metadata,
    position: presentPosition(passage),
    flags: flagsOf(passage),
    ...(explain && { explanation: explanationOf(found, number, lexical) }),
  }));
}

export function presentPosition({ start, end, page, headings }: PassageRecord) {
  return {
    start,
    end,
    ...(page !== undefined && { page }),
    ...(headings.length > 0 && { heading: headings.join(' › ') }),
  };
}

function explanationOf({ ranking, index, semantic }: Found, number: number, lexical: number) {
  const segment = index.segments.findLastIndex(({ base }) => base <= number);
  const passage = number - (index.segments[segment]?.base ?? 0);
  const occursIn = ({ postings }: FoundConcept): boolean => {
    return postings[segment]?.read().passages.includes(passage) === true;
  };
  const explain = (added: boolean) => (concept: FoundConcept) => ({
    word: concept.word,
    idf: rounded(concept.idf),
    weight: rounded(concept.weight),
    occurs: occursIn(concept),
    added,
  });
  return {
    lexical: rounded(lexical),
    semantic: semantic ? rounded(semantic[number] ?? 0) : null,
    words: [...ranking.concepts.map(explain(false)), ...ranking.expanded.map(explain(true))],
  };
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
