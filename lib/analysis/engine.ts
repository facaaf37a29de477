import type { Asked } from './ask-model.ts';
import type { Source } from './cite-passages.ts';
import type { LanguageModel } from './ports.ts';

/** Who wrote a result, what it cites, and why it was not the model. */
export function engineOf(
  model: LanguageModel | undefined,
  asked: Asked<unknown>,
): { engine: string; engine_note: string | null; sources: Source[] } {
  return model && asked.why === undefined
    ? { engine: model.name, engine_note: null, sources: [...asked.sources] }
    : { engine: 'rules', engine_note: asked.why ?? null, sources: [] };
}
