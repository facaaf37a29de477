import * as z from 'zod';
import type { Cache } from '../kernel/cache.ts';
import { Id } from '../kernel/ids.ts';
import { pageFacts, pageQuery, windowOf } from '../kernel/http/page.ts';
import { findPage, pageSeconds, toolSpace } from './find-page.ts';
import { toolSorts, type ToolStore } from './ports.ts';
import { presentSummary } from './present.ts';
import { type ToolPage, toolStatuses } from './schema.ts';

export const ListTools = z.object({
  ...pageQuery,
  status: z.enum(toolStatuses).optional(),
  author_id: Id.optional(),
  search: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Words of the name, the slug or the description; all must occur.' }),
  sort: z.enum(toolSorts).default('-created_at').meta({ description: 'A leading minus means descending.' }),
});

/** One page of the catalog, without configurations. At most 5 s behind the last change, and only when Redis failed just then. */
export async function listTools(
  { tools, cache }: { tools: ToolStore; cache: Cache },
  query: z.output<typeof ListTools>,
): Promise<z.output<typeof ToolPage>> {
  const { status, author_id, search, sort } = query;
  const filter = { status, authorId: author_id, search, sort };
  return cache.remember(toolSpace, `page:${JSON.stringify(query)}`, pageSeconds, async () => {
    const { items, total } = await findPage({ tools, cache }, filter, windowOf(query));
    return { items: items.map(presentSummary), ...pageFacts(query, total) };
  });
}
