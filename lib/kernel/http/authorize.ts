import { allows, type Caller } from './caller.ts';
import type { Access, EndpointDeclaration, StreamDeclaration } from '../lambda/declaration.ts';
import { currentRuntime } from '../lambda/runtime.ts';
import { readCredential } from './gateway-event.ts';
import type { RequestContext, Step } from './request-context.ts';
import { defaultLimit, type Limit, type LimitState, perMinutePerAddress } from './rate-limit.ts';
import { Problem } from '../errors/problem.ts';

/** Credentials that one address may have refused. */
const refusals = perMinutePerAddress(60);

/** Parameters of a query that carry a credential, where a declaration takes one there. */
export const credentialParameters = ['ticket', 'token'] as const;

/** What a request shows of who is asking: a credential for the header, or a one-use ticket. */
type Shown = { readonly credential: string } | { readonly ticket: string };

/** Who is asking and how often: authentication, rate limit and permission, in that order and before the body is read. */
export function admission(declaration: EndpointDeclaration | StreamDeclaration): Step {
  const { route, permission } = declaration;
  const declared = declaration.limit ?? defaultLimit(route.slice(0, route.indexOf(' ')));
  return {
    before: async ({ event: requestContext }: { event: RequestContext }): Promise<void> => {
      const shown =
        permission === 'public' ? undefined : readShown(requestContext, declaration.queryCredential === true);
      const limit = effectiveLimit(requestContext.functionId, declared);
      const asking = shown && authenticate(requestContext, shown);
      const [caller] = await Promise.all([asking, limit && countRequest(requestContext, shown, limit)]).catch(
        (error) => {
          throw withMetadata(declaration, requestContext, error);
        },
      );
      requestContext.caller = caller;
      if (caller === undefined && permission !== 'public' && permission !== 'recognised')
        throw withMetadata(declaration, requestContext, unauthorized());
      if (caller !== undefined) demand(caller, permission);
    },
  };
}

function readShown({ facts, event }: RequestContext, inQuery: boolean): Shown | undefined {
  const query = inQuery ? event.multiValueQueryStringParameters : null;
  const ticket = query?.['ticket']?.[0];
  if (ticket !== undefined) return { ticket };
  const credential = readCredential(facts.headers) ?? query?.['token']?.[0];
  return credential === undefined ? undefined : { credential };
}

/** A 401 of a protected resource says where its metadata is (RFC 9728, section 5.1). */
function withMetadata(
  { protects }: EndpointDeclaration | StreamDeclaration,
  { facts }: RequestContext,
  error: unknown,
): unknown {
  if (!protects || !(error instanceof Problem) || error.status !== 401) return error;
  const { BASE_URL } = currentRuntime().settings();
  const challenge = error.options.headers?.['www-authenticate'] ?? 'Bearer';
  const metadata = `resource_metadata="${BASE_URL}/.well-known/oauth-protected-resource${protects(facts.path)}"`;
  const headers = { 'www-authenticate': `${challenge}${challenge === 'Bearer' ? ' ' : ', '}${metadata}` };
  return new Problem(error.type, { ...error.options, headers: { ...error.options.headers, ...headers } });
}

function unauthorized(): Problem {
  return new Problem('unauthorized', {
    detail: 'Send an access token (Authorization: Bearer …) or an API key (X-API-Key).',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

async function authenticate(requestContext: RequestContext, shown: Shown): Promise<Caller> {
  const authenticator = await currentRuntime().authenticator();
  try {
    return await ('ticket' in shown
      ? authenticator.redeem(shown.ticket)
      : authenticator.authenticate(shown.credential));
  } catch (error) {
    // Made-up credentials each count under a name of their own; their address is the same.
    if (error instanceof Problem && error.status === 401) await countRefusal(requestContext);
    throw error;
  }
}

async function countRefusal({ facts }: RequestContext): Promise<void> {
  const limit = scaled(refusals);
  const counted = await (await currentRuntime().limiter()).count(`refused:ip:${facts.sourceIp}`, limit);
  if (counted && !counted.allowed) throw tooMany(limit, counted, 'refused credentials');
}

function demand(caller: Caller, permission: Access): void {
  if (permission === 'public' || permission === 'recognised' || permission === 'authenticated') return;
  if (allows(caller, permission)) return;
  throw new Problem('forbidden', {
    detail: `Requires permission ${permission}.`,
    extra: { required_permission: permission },
  });
}

/** The declared limit as the operator has set it; undefined when it is off. */
function effectiveLimit(functionId: string, declared: Limit | 'off'): Limit | undefined {
  const set = currentRuntime().settings().RATE_LIMITS[functionId];
  if (declared === 'off' || set === 'off') return undefined;
  return scaled(set === undefined ? declared : { ...declared, requests: set, windowSeconds: 60 });
}

function scaled(limit: Limit): Limit {
  const { RATE_LIMIT_SCALE } = currentRuntime().settings();
  return { ...limit, requests: Math.max(1, Math.round(limit.requests * RATE_LIMIT_SCALE)) };
}

async function countRequest(requestContext: RequestContext, shown: Shown | undefined, limit: Limit): Promise<void> {
  const runtime = currentRuntime();
  const known =
    shown === undefined || 'ticket' in shown || limit.perAddress
      ? undefined
      : await (await runtime.authenticator()).identify(shown.credential);
  const subject = known ?? `ip:${requestContext.facts.sourceIp}`;
  const counted = await (await runtime.limiter()).count(`${requestContext.functionId}:${subject}`, limit);
  if (counted === undefined) return requestContext.report.set({ limit_skipped: true });
  Object.assign(requestContext.headers, limitHeaders(limit, counted));
  if (!counted.allowed) throw tooMany(limit, counted, 'requests');
}

function tooMany(limit: Limit, { resetSeconds }: LimitState, what: string): Problem {
  return new Problem('rate-limit-exceeded', {
    detail: `At most ${limit.requests} ${what} in ${limit.windowSeconds} s; try again in ${resetSeconds} s.`,
    extra: { retry_after: resetSeconds },
    headers: { 'retry-after': String(resetSeconds) },
  });
}

/** draft-ietf-httpapi-ratelimit-headers. */
function limitHeaders(limit: Limit, counted: LimitState): Record<string, string> {
  return {
    'ratelimit-policy': `"default";q=${limit.requests};w=${limit.windowSeconds}`,
    ratelimit: `"default";r=${counted.remaining};t=${counted.resetSeconds}`,
  };
}
