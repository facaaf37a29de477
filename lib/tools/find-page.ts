import type { Cache } from '../kernel/cache.ts';
import type { ToolFilter, ToolLists, ToolMark, ToolSummary, ToolWindow } from './ports.ts';

/** What is cached of tools; every change of one forgets it. */
export const toolSpace = 'tools';

/*
 * A page may be made of a cached length and cached marks. The two lives add up to the five seconds that a reader may be behind when forgetting failed.
 */
export const pageSeconds = 3;
const partSeconds = 2;

/** So far from an end of the list the index is walked; beyond, the walk starts at a mark. */
const nearEnd = 1000;
const markEvery = 500;

/**
 * One page of a list by number. Underneath it is reached by key: from the nearer end, or from one of the marks that are kept for the list, so that a page in the
 * depth of the list costs what the first one costs.
 */
export async function findPage(
  { tools, cache }: { tools: ToolLists; cache: Cache },
  filter: ToolFilter,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<{ items: ToolSummary[]; total: number }> {
  const list = JSON.stringify([filter.status, filter.authorId, filter.search]);
  const total = await cache.remember(toolSpace, `total:${list}`, partSeconds, () => tools.count(filter));
  if (offset >= total) return { items: [], total };
  const marks = (): Promise<ToolMark[]> =>
    cache.remember(toolSpace, `marks:${filter.sort}:${list}`, partSeconds, () => tools.marks(filter, markEvery));
  const size = Math.min(limit, total - offset);
  const afterwards = total - offset - size;
  const start: Pick<ToolWindow, 'after' | 'skip' | 'backwards'> =
    offset <= nearEnd || filter.search !== undefined
      ? { after: undefined, skip: offset }
      : afterwards <= nearEnd
        ? { after: undefined, skip: afterwards, backwards: true }
        : nearest(await marks(), offset);
  return { items: await tools.walk(filter, { ...start, limit: size, total }), total };
}

function nearest(marks: readonly ToolMark[], offset: number): Pick<ToolWindow, 'after' | 'skip'> {
  const index = Math.min(Math.floor(offset / markEvery), marks.length);
  return { after: marks[index - 1], skip: offset - index * markEvery };
}
