import { namesOnly } from '../secrets/names-only.ts';
import type { ToolLists, ToolRecord, ToolStore, ToolSummary } from '../tools/ports.ts';

export type CatalogSearch = Pick<ToolLists, 'walk'> & Pick<ToolStore, 'find'>;

export interface Closest {
  readonly tool: ToolRecord;
  /** Share of the keywords that its name, slug or description holds, 0–1. */
  readonly share: number;
}

const perWord = 20;

/** The active tools that hold the most of the keywords, the closest first; rare words count more than frequent ones. */
export async function findClosest(
  catalog: CatalogSearch,
  keywords: readonly string[],
  limit: number,
): Promise<Closest[]> {
  const found = await Promise.all(keywords.map((word) => withWord(catalog, word)));
  const scored = new Map<string, { weight: number; words: number }>();
  for (const tools of found) {
    for (const { id } of tools) {
      const { weight, words } = scored.get(id) ?? { weight: 0, words: 0 };
      scored.set(id, { weight: weight + 1 / Math.log2(1 + tools.length), words: words + 1 });
    }
  }
  const best = [...scored].toSorted(([, a], [, b]) => b.weight - a.weight).slice(0, limit);
  const read = await Promise.all(
    best.map(async ([id, { words }]) => ({ tool: await catalog.find(id), share: words / keywords.length })),
  );
  // Whoever asks is seldom the author, so of variables and headers they get the names.
  return read.flatMap(({ tool, share }) =>
    tool ? [{ tool: { ...tool, config: namesOnly(tool.config) }, share }] : [],
  );
}

function withWord(catalog: CatalogSearch, search: string): Promise<ToolSummary[]> {
  return catalog.walk(
    { status: 'active', authorId: undefined, search, sort: '-updated_at' },
    { after: undefined, skip: 0, limit: perWord, total: perWord },
  );
}
