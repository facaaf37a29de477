import * as z from 'zod';

/** The provider of models. */
export const openaiVariables = {
  OPENAI_API_KEY: z
    .string()
    .min(1)
    .optional()
    .describe('Key of the models that analyse and embed. Empty: rules and lexical search alone.')
    .meta({ secret: 'openai' }),
  OPENAI_BASE_URL: z
    .url()
    .default('https://api.openai.com/v1')
    .describe('OpenAI, or any service with the same chat completions, structured outputs and embeddings.'),
};
