import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import { positive } from '../kernel/settings/settings.ts';
import type { KnowledgeLimits } from '../knowledge/documents/quota.ts';
import { openaiVariables } from './variables/openai.ts';

interface Services {
  readonly knowledgeLimits: KnowledgeLimits;
}

/** What holds for the knowledge base. */
export const use = defineUse({
  variables: {
    ...openaiVariables,
    KNOWLEDGE_MAX_BYTES_PER_USER: positive(200_000_000).describe('What the documents of one owner may hold together.'),
    KNOWLEDGE_MAX_BYTES: positive(10_000_000_000).describe('What all documents may hold together.'),
  },
  build: async (settings): Promise<Services> => ({
    knowledgeLimits: {
      perOwner: settings.KNOWLEDGE_MAX_BYTES_PER_USER,
      inAll: settings.KNOWLEDGE_MAX_BYTES,
      hasEmbeddings: settings.OPENAI_API_KEY !== undefined,
    },
  }),
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    knowledge: ServicesOfUse<typeof use>;
  }
}
