import * as z from 'zod';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import { positive } from '../kernel/settings/settings.ts';
import type { Embedder } from '../knowledge/ports.ts';
import { openaiVariables } from './variables/openai.ts';

/** The provider of embeddings; there is none without a key. */
export const use = defineUse({
  variables: {
    ...openaiVariables,
    OPENAI_EMBEDDING_MODEL: z
      .string()
      .min(1)
      .default('text-embedding-3-small')
      .describe('The model that embeds passages and queries. Another one embeds everything anew.'),
    OPENAI_EMBEDDING_DIMENSIONS: z.coerce
      .number()
      .int()
      .min(16)
      .max(4096)
      .default(512)
      .describe('Dimensions of its vectors.'),
    OPENAI_EMBEDDING_TIMEOUT_MS: positive(3000).describe('How long a search waits for its query to be embedded.'),
  },
  async build(settings): Promise<{ readonly embedder: Embedder | undefined }> {
    const { openEmbedder } = await import('../adapters/openai/embeddings.ts');
    return { embedder: openEmbedder(settings) };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    embeddings: ServicesOfUse<typeof use>;
  }
}
