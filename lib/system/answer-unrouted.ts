import * as z from 'zod';
import type { ApiDescription } from '../kernel/http/api-description.ts';
import type { RequestFacts } from '../kernel/lambda/declaration.ts';
import { Problem } from '../kernel/errors/problem.ts';

/** What a request without a route gets, when it is not a problem: a preflight's permission or the way to the address without the trailing slash. */
export const Unrouted = z.object({
  status: z.union([z.literal(204), z.literal(308)]),
  headers: z.record(z.string(), z.string()),
});
type Unrouted = z.output<typeof Unrouted>;

/** A browser may keep the answer of a preflight for 10 minutes. */
const preflightSeconds = 600;

/** @throws Problem `method-not-allowed` (with Allow) on a known path, `not-found` on any other. */
export async function answerUnrouted(
  { apiDescription }: { apiDescription: ApiDescription },
  { method, path, search, headers }: RequestFacts,
): Promise<Unrouted> {
  const routes = await apiDescription.routes();
  const allowed = methodsOf(routes, path);
  if (allowed.length > 0) {
    const allow = [...allowed, 'OPTIONS'].join(', ');
    if (method === 'OPTIONS')
      return { status: 204, headers: preflight(allow, headers['access-control-request-headers']) };
    throw new Problem('method-not-allowed', {
      detail: `${method} is not allowed here; use ${allow}.`,
      headers: { allow },
    });
  }
  const bare = path.replace(/\/+$/, '');
  if (bare !== path && methodsOf(routes, bare).length > 0)
    return { status: 308, headers: { location: `${bare}${search}` } };
  throw new Problem('not-found', {
    detail: 'There is nothing at this address.',
    extra: { resource_type: 'route', resource_id: path },
  });
}

const allowedHeaders =
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Mcp-Protocol-Version, Mcp-Session-Id, Traceparent, Tracestate, X-API-Key, X-Request-Id';

function preflight(allow: string, asked = ''): Record<string, string> {
  // MCP's own headers have names that a tool's parameters make (Mcp-Param-*), so no list has them all.
  const protocol = asked.split(',').flatMap((name) => /^\s*(mcp-[\w-]{1,100})\s*$/i.exec(name)?.[1] ?? []);
  return {
    allow,
    'access-control-allow-methods': allow,
    'access-control-allow-headers': [allowedHeaders, ...new Set(protocol.slice(0, 50))].join(', '),
    'access-control-max-age': String(preflightSeconds),
  };
}

/** The methods of the one path that the gateway would choose: a fixed segment goes before a parameter, and `{` sorts after letters. */
function methodsOf(routes: Awaited<ReturnType<ApiDescription['routes']>>, path: string): string[] {
  const segments = path.split('/');
  const matching = routes.filter((route) => matches(route.path.split('/'), segments));
  const [chosen] = matching.map((route) => route.path).toSorted();
  return [...new Set(matching.filter((route) => route.path === chosen).map(({ method }) => method))].toSorted();
}

function matches(template: readonly string[], segments: readonly string[]): boolean {
  return (
    template.length === segments.length &&
    template.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]))
  );
}
