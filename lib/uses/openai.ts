import * as z from 'zod';
import type { LanguageModel, ModelLimits } from '../analysis/ports.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import { positive } from '../kernel/settings/settings.ts';
import { openaiVariables } from './variables/openai.ts';

interface Services {
  /** Undefined when none is configured. */
  readonly model: LanguageModel | undefined;
  readonly modelLimits: ModelLimits;
}

/** The language model that analyses. */
export const use = defineUse({
  variables: {
    ...openaiVariables,
    OPENAI_MODEL: z.string().min(1).default('gpt-4.1-mini').describe('The model that is asked.'),
    OPENAI_TIMEOUT_MS: positive(25_000).describe('How long one call may take; it is tried three times at most.'),
    OPENAI_MAX_TOKENS_PER_CALL: positive(60_000).describe('What a call may take, question and answer together.'),
    OPENAI_MAX_USD_PER_CALL: positive(0.1).describe('What a call may cost.'),
    OPENAI_MAX_TOKENS_PER_USER_DAY: positive(500_000).describe("What a user's calls of a UTC day may take."),
    OPENAI_MAX_USD_PER_USER_DAY: positive(1).describe("What a user's calls of a UTC day may cost."),
    OPENAI_USD_PER_MILLION_INPUT: positive(0.4).describe('Price of a million tokens of questions.'),
    OPENAI_USD_PER_MILLION_OUTPUT: positive(1.6).describe('Price of a million tokens of answers.'),
  },
  async build(settings): Promise<Services> {
    const { modelLimitsOf, openModel } = await import('../adapters/openai/model.ts');
    return { model: openModel(settings), modelLimits: modelLimitsOf(settings) };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    openai: ServicesOfUse<typeof use>;
  }
}
