import type * as z from 'zod';
import { librarySpace } from '../ports.ts';
import { openSpace } from '../search/open-space.ts';
import { defaultSettings } from '../search/settings.ts';
import { presentSettings } from './change-settings.ts';
import { evaluate, type EvaluationServices } from './evaluate.ts';
import type { KnowledgeStatus } from './schema.ts';

/** How the documents stand: what waits, what is in the index, and how well the judged queries are answered now. */
export async function getKnowledgeStatus(services: EvaluationServices): Promise<z.output<typeof KnowledgeStatus>> {
  const { documents, segments, embedder } = services;
  const [counts, manifest, index] = await Promise.all([
    documents.countByStatus(librarySpace),
    segments.manifest(librarySpace),
    openSpace(services, librarySpace),
  ]);
  const settings = { ...defaultSettings, ...manifest.settings };
  const [quality] = await evaluate(services, settings);
  return {
    documents: counts,
    passages: index.livePassages,
    segments: manifest.segments.length,
    index_bytes: manifest.segments.reduce((sum, { bytes }) => sum + bytes, 0),
    languages: [...index.languages],
    embedding_model: embedder?.model ?? null,
    settings: presentSettings(settings),
    quality: quality ?? { queries: 0, ndcg_at_10: null },
  };
}
