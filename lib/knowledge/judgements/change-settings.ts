import type * as z from 'zod';
import { Problem } from '../../kernel/errors/problem.ts';
import { librarySpace } from '../ports.ts';
import { defaultSettings, type RankingSettings } from '../search/settings.ts';
import { evaluate, type EvaluationServices } from './evaluate.ts';
import type { ChangedSettings, ChangeSettings, SearchSettings } from './schema.ts';

/**
 * Changes how the documents are ranked, unless the judged queries would be answered worse.
 * @throws Problem `conflict` when their nDCG@10 falls, or when somebody else has changed the settings meanwhile.
 */
export async function changeSettings(
  services: EvaluationServices,
  change: ChangeSettings,
): Promise<z.output<typeof ChangedSettings>> {
  const manifest = await services.segments.manifest(librarySpace);
  const present = { ...defaultSettings, ...manifest.settings };
  const wanted = changed(present, change);
  const [before, after] = await evaluate(services, present, wanted);
  if (!before || !after) throw new Error('Each of two settings has its quality.');
  if ((after.ndcg_at_10 ?? 0) < (before.ndcg_at_10 ?? 0))
    throw new Problem('conflict', {
      detail: `The judged queries would be answered worse: nDCG@10 ${after.ndcg_at_10} instead of ${before.ndcg_at_10}. The settings stay as they are.`,
      extra: { before, after },
    });
  if (!(await services.judgements.changeSettings(librarySpace, manifest.settingsRevision ?? 0, wanted)))
    throw new Problem('conflict', {
      detail: 'The settings were changed by somebody else meanwhile; read them and try again.',
    });
  return { settings: presentSettings(wanted), before, after };
}

export function presentSettings(settings: RankingSettings): z.output<typeof SearchSettings> {
  const { k1, b, expansionTerms, expansionWeight, semanticWeight } = settings;
  return {
    k1,
    b,
    expansion_terms: expansionTerms,
    expansion_weight: expansionWeight,
    semantic_weight: semanticWeight,
  };
}

function changed(present: RankingSettings, change: ChangeSettings): RankingSettings {
  return {
    k1: change.k1 ?? present.k1,
    b: change.b ?? present.b,
    expansionTerms: change.expansion_terms ?? present.expansionTerms,
    expansionWeight: change.expansion_weight ?? present.expansionWeight,
    semanticWeight: change.semantic_weight ?? present.semanticWeight,
  };
}
