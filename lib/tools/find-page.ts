import type { Cache } from '../kernel/cache.ts';
import type { ToolFilter, ToolLists, ToolSummary } from './ports.ts';

/** What is cached of tools; every change of one forgets it. */
export const toolSpace = 'tools';

/*
 * A page may be made of a cached outline. The two lives add up to the five seconds that a reader may be behind when forgetting failed.
 */
export const pageSeconds = 3;
const outlineSeconds = 2;

/** What a page skips at most on its way from a mark. */
const markEvery = 5000;

/**
 * One page of a list by number. Underneath it is reached by key, from the nearest of the marks that are kept for the list, so that a page in the depth of the list
 * costs what the first one costs.
 */
export async function findPage(
  { tools, cache }: { tools: ToolLists; cache: Cache },
  filter: ToolFilter,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<{ items: ToolSummary[]; total: number }> {
  const { total, marks } = await cache.remember(toolSpace, `outline:${JSON.stringify(filter)}`, outlineSeconds, () =>
    tools.outline(filter, markEvery),
  );
  if (offset >= total) return { items: [], total };
  const passed = Math.min(Math.floor(offset / markEvery), marks.length);
  const window = { after: marks[passed - 1], skip: offset - passed * markEvery, limit, total };
  return { items: await tools.walk(filter, window), total };
}
