import { allows, type Caller } from './caller.ts';
import type { Access, EndpointDeclaration, StreamDeclaration } from '../lambda/declaration.ts';
import { type Authenticator, currentRuntime } from '../lambda/runtime.ts';
import { readCredentials } from './gateway-event.ts';
import { calledBaseUrl } from './origin.ts';
import { networkOf } from './network.ts';
import type { RequestContext, Step } from './request-context.ts';
import { defaultLimit, type Limit, type LimitState, perMinutePerAddress } from './rate-limit.ts';
import { Problem } from '../errors/problem.ts';

/** Credentials that one address may have refused. */
const refusals = perMinutePerAddress(60);

/** Parameters of a query that carry a credential, where a declaration takes one there. */
export const credentialParameters = ['ticket', 'token'] as const;

/** What a request presents of who is asking: credentials of the headers, or a one-use ticket. */
type Presented = { readonly credentials: readonly string[] } | { readonly ticket: string };

/** Who is asking and how often: authentication, rate limit and permission, in that order and before the body is read. */
export function authorize(declaration: EndpointDeclaration | StreamDeclaration): Step {
  const { route, permission } = declaration;
  const declared = declaration.limit ?? defaultLimit(route.slice(0, route.indexOf(' ')));
  return {
    before: async ({ event: requestContext }: { event: RequestContext }): Promise<void> => {
      const presented =
        permission === 'public' ? undefined : readPresented(requestContext, declaration.queryCredential === true);
      const limit = effectiveLimit(requestContext.functionId, declared);
      const resource = declaration.protects?.(requestContext.facts.path);
      const asking = presented && authenticate(requestContext, presented, resource);
      const [caller] = await Promise.all([
        asking,
        limit && countRequest(requestContext, presented, asking, limit),
      ]).catch((error) => {
        throw withMetadata(declaration, requestContext, error);
      });
      requestContext.caller = caller;
      if (caller === undefined && permission !== 'public' && permission !== 'recognised')
        throw withMetadata(declaration, requestContext, unauthorized());
      if (caller !== undefined) assertPermission(caller, permission);
    },
  };
}

function readPresented({ facts, event }: RequestContext, inQuery: boolean): Presented | undefined {
  const query = inQuery ? event.multiValueQueryStringParameters : null;
  const ticket = query?.['ticket']?.[0];
  if (ticket !== undefined) return { ticket };
  const token = query?.['token']?.[0];
  const inHeaders = readCredentials(facts.headers);
  const credentials = inHeaders.length > 0 || token === undefined ? inHeaders : [token];
  return credentials.length === 0 ? undefined : { credentials };
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
  const base = calledBaseUrl(BASE_URL, facts.headers['host']);
  const metadata = `resource_metadata="${base}/.well-known/oauth-protected-resource${protects(facts.path)}", scope="mcp:call"`;
  const headers = { 'www-authenticate': `${challenge}${challenge === 'Bearer' ? ' ' : ', '}${metadata}` };
  return new Problem(error.type, { ...error.options, headers: { ...error.options.headers, ...headers } });
}

function unauthorized(): Problem {
  return new Problem('unauthorized', {
    detail: 'Send an access token (Authorization: Bearer …) or an API key (X-API-Key).',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

async function authenticate(
  requestContext: RequestContext,
  presented: Presented,
  resource: string | undefined,
): Promise<Caller> {
  const authenticator = await currentRuntime().authenticator();
  try {
    return await ('ticket' in presented
      ? authenticator.redeem(presented.ticket)
      : authenticateAny(authenticator, presented.credentials, resource));
  } catch (error) {
    // Made-up credentials each count under a name of their own; their address is the same.
    if (error instanceof Problem && error.status === 401) await countRefusal(requestContext);
    throw error;
  }
}

/** Of two credentials the valid one counts, the token before the key; so a stale key in a client's configuration stands in nobody's way. */
async function authenticateAny(
  authenticator: Authenticator,
  credentials: readonly string[],
  resource: string | undefined,
): Promise<Caller> {
  const outcomes = await Promise.allSettled(
    credentials.map((credential) => authenticator.authenticate(credential, resource)),
  );
  const callers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const [caller] = callers;
  if (caller === undefined) throw worstOf(outcomes);
  if (callers.every(({ userId }) => userId === caller.userId)) return caller;
  throw new Problem('invalid-request', {
    detail: 'Authorization and X-API-Key belong to different people. Send one of them.',
  });
}

/** A store that is away weighs more than a refusal, which may not be one. */
function worstOf(outcomes: readonly PromiseSettledResult<Caller>[]): unknown {
  const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  return reasons.find((reason) => !(reason instanceof Problem) || reason.status !== 401) ?? reasons[0];
}

async function countRefusal({ facts }: RequestContext): Promise<void> {
  const limit = scaled(refusals);
  const counted = await (await currentRuntime().limiter()).count(`refused:ip:${networkOf(facts.sourceIp)}`, limit);
  if (counted && !counted.allowed) throw tooMany(limit, counted, 'refused credentials');
}

function assertPermission(caller: Caller, permission: Access): void {
  if (permission === 'public' || permission === 'recognised' || permission === 'authenticated') return;
  if (allows(caller, permission)) return;
  const detail = caller.lacksSecondFactor
    ? 'Admins need a second factor here. Set one up with POST /api/v1/auth/totp.'
    : `Requires permission ${permission}.`;
  throw new Problem('forbidden', { detail, extra: { required_permission: permission } });
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

/** Counts under the person, whichever of their credentials they use; under the network where nobody is known. */
async function countRequest(
  requestContext: RequestContext,
  presented: Presented | undefined,
  asking: Promise<Caller> | undefined,
  limit: Limit,
): Promise<void> {
  const runtime = currentRuntime();
  const known = presented === undefined || limit.perAddress ? undefined : await subjectOf(presented, asking);
  const subject = known ?? `ip:${networkOf(requestContext.facts.sourceIp)}`;
  const counted = await (await runtime.limiter()).count(`${requestContext.functionId}:${subject}`, limit);
  if (counted === undefined) return requestContext.report.set({ limit_skipped: true });
  Object.assign(requestContext.headers, limitHeaders(limit, counted));
  if (!counted.allowed) throw tooMany(limit, counted, 'requests');
}

/** what is known without a store is counted beside the authentication, anything else after it: a made-up key must not count against the user whom it names. */
async function subjectOf(presented: Presented, asking: Promise<Caller> | undefined): Promise<string | undefined> {
  const authenticator = await currentRuntime().authenticator();
  for (const credential of 'ticket' in presented ? [] : presented.credentials) {
    const subject = await authenticator.identify(credential);
    if (subject !== undefined) return subject;
  }
  const caller = await asking;
  return caller && `user:${caller.userId}`;
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
