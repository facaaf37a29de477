import * as z from 'zod';

/** On the queue `knowledge`: documents of this space wait for its index. Which they are stands in the documents. */
export const KnowledgeWaiting = z
  .object({ space: z.string().regex(/^[a-z][a-z0-9-]{0,60}$/) })
  .meta({ examples: [{ space: 'library' }] });
export type KnowledgeWaiting = z.output<typeof KnowledgeWaiting>;
