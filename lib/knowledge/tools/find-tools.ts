import { flagsOf } from '../search/flags.ts';
import type { SearchServices } from '../search/open-space.ts';
import { findPassages } from '../search/search.ts';
import { headingOf } from './describe-tool.ts';
import { toolSpace } from './keep-document.ts';

/** A server that the caller may use, and the names of its tools; without them every tool that is known of it. */
export interface ReachableServer {
  readonly slug: string;
  readonly tools?: readonly string[] | undefined;
}

/** What fits a question. */
export interface FoundTool {
  readonly slug: string;
  /** The server's tool that fits; undefined when what fits is the server's own description or its README. */
  readonly tool: string | undefined;
  /** The passage that fits: what it says of itself, not to be obeyed. */
  readonly text: string;
  /** 0 to 1. */
  readonly score: number;
  /** Rules of tool poisoning that the text breaks. */
  readonly flags: readonly string[];
}

/** Several passages speak of one tool. */
const passagesPerTool = 4;
const mostPassages = 400;

/**
 * Ranks the tools of the servers that a caller may use against a question, best first, each tool once. Nothing of any other server is read.
 * Whoever calls it has decided which servers those are.
 * @param limit 1 to 100.
 * @throws Problem `service-unavailable`.
 */
export async function findTools(
  services: SearchServices,
  {
    query,
    limit,
    servers,
  }: { readonly query: string; readonly limit: number; readonly servers: readonly ReachableServer[] },
): Promise<FoundTool[]> {
  if (servers.length === 0) return [];
  const { hits } = await findPassages(services, toolSpace, {
    query,
    limit: Math.min(mostPassages, limit * passagesPerTool),
    filters: { slug: servers.map(({ slug }) => slug) },
  });
  const nameBySlug = new Map(servers.map(({ slug, tools }) => [slug, tools && namesByHeading(tools)]));
  const found = new Map<string, FoundTool>();
  for (const { document, passage, score } of hits) {
    const { slug, kind } = document.metadata as { readonly slug: string; readonly kind?: string };
    const heading = kind === 'readme' ? undefined : passage.headings[0];
    const names = nameBySlug.get(slug);
    const tool = heading === undefined || !names ? heading : names.get(heading);
    // The registered configuration may name a tool that the server does not offer.
    if (heading !== undefined && tool === undefined) continue;
    const key = `${slug} ${tool ?? ''}`;
    if (!found.has(key)) found.set(key, { slug, tool, text: passage.text, score, flags: flagsOf(passage) });
  }
  return [...found.values()].slice(0, limit);
}

function namesByHeading(tools: readonly string[]): ReadonlyMap<string, string> {
  return new Map(tools.map((name) => [headingOf(name), name]));
}
