import type { Caller } from '../../kernel/http/caller.ts';
import type { SearchServices } from '../search/open-space.ts';
import { flagsOf } from '../search/flags.ts';
import { findPassages } from '../search/search.ts';
import { toolSpace } from './index-tool.ts';

/** A tool of the registry that fits a question. */
export interface FoundTool {
  readonly tool_id: string;
  readonly slug: string;
  readonly name: string;
  /** The MCP tool of it that fits; undefined when its own description does. */
  readonly mcp_tool: string | undefined;
  /** What it says of itself. */
  readonly text: string;
  readonly score: number;
  /** Rules of tool poisoning that the text breaks. */
  readonly flags: readonly string[];
}

/**
 * The active tools of the registry that fit a question best, each MCP tool once; those alone that the caller's API key may reach, when it is held to some.
 * @param limit 1 to 100.
 */
export async function findTools(
  services: SearchServices,
  caller: Caller,
  query: string,
  limit: number,
): Promise<FoundTool[]> {
  const reachable = caller.apiKey?.servers;
  if (reachable?.length === 0) return [];
  const filters = { status: 'active', ...(reachable && { slug: [...reachable] }) };
  const { hits } = await findPassages(services, toolSpace, { query, limit, filters });
  const seen = new Set<string>();
  return hits.flatMap(({ document, passage, score }) => {
    const mcpTool = passage.headings[0];
    const key = `${document.id} ${mcpTool ?? ''}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const { slug, name } = document.metadata;
    return [
      {
        tool_id: document.id,
        slug: String(slug),
        name: String(name),
        mcp_tool: mcpTool,
        text: passage.text,
        score,
        flags: flagsOf(passage.text),
      },
    ];
  });
}
