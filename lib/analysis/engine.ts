import type { Asked } from './ask-model.ts';
import type { LanguageModel } from './ports.ts';

/** Who wrote a result, and why it was not the model. */
export function engineOf(
  model: LanguageModel | undefined,
  asked: Asked<unknown>,
): { engine: string; engine_note: string | null } {
  return model && asked.why === undefined
    ? { engine: model.name, engine_note: null }
    : { engine: 'rules', engine_note: asked.why ?? null };
}
