import type { Serving } from '../deployments/ports.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { Caller } from '../kernel/http/caller.ts';

/*
 * What an API key is held to: servers by their slugs, or single tools by the names that they have on /mcp/v1, `<slug>__<tool>`.
 */

/** Whether a caller's key leads to a server at all. */
export function reachesServer({ apiKey }: Caller, slug: string): boolean {
  return !apiKey?.servers || apiKey.servers.some((entry) => entry === slug || entry.startsWith(`${slug}__`));
}

/** Whether a caller's key leads to some tools of a server, and to nothing else of it. */
function isHeldToTools({ apiKey }: Caller, slug: string): boolean {
  return apiKey?.servers !== undefined && !apiKey.servers.includes(slug);
}

export function reachesTool(caller: Caller, slug: string, tool: string): boolean {
  return !isHeldToTools(caller, slug) || caller.apiKey?.servers?.includes(`${slug}__${tool}`) === true;
}

/** What of a server a caller's key leads to: a key for single tools leads to no prompt and no resource. */
export function reachableOf(caller: Caller, { deployment, ...serving }: Serving): Serving {
  const { slug, tools } = deployment;
  if (!isHeldToTools(caller, slug)) return { ...serving, deployment };
  const reached = tools?.filter(({ name }) => reachesTool(caller, slug, name));
  return { ...serving, deployment: { ...deployment, tools: reached, offers: undefined } };
}

const subjects = /^(prompts|resources|completion)\/(?!list$|templates\/list$)/;

/** Whether a caller's key lets a request through to a server. Lists pass: they show the server as it is. */
export function letsThrough(
  caller: Caller,
  slug: string,
  { method, tool }: { readonly method: string; readonly tool: string | undefined },
): boolean {
  if (method === 'tools/call') return tool === undefined || reachesTool(caller, slug, tool);
  return !subjects.test(method) || !isHeldToTools(caller, slug);
}

/** @throws Problem `forbidden`. */
export function assertReach(caller: Caller, slug: string, request: Parameters<typeof letsThrough>[2]): void {
  if (!letsThrough(caller, slug, request)) throw heldElsewhere('This API key is held to other tools of this server.');
}

export function heldElsewhere(detail: string): Problem {
  return new Problem('forbidden', { detail, extra: { required_permission: 'mcp:call' } });
}
