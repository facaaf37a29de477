import { allows, type Caller } from './caller.ts';
import type { Access, EndpointDeclaration, StreamDeclaration } from './declaration.ts';
import { currentHost } from './host.ts';
import { readCredential } from './http-event.ts';
import type { Exchange, Step } from './http-frame.ts';
import { defaultLimit, type Limit, type LimitState, perMinutePerAddress } from './limit.ts';
import { Problem } from './problem.ts';

/** Credentials that one address may have refused. */
const refusals = perMinutePerAddress(60);

/** What a request shows of who is asking: a credential for the header, or a one-use ticket. */
type Shown = { readonly credential: string } | { readonly ticket: string };

/** Who is asking and how often: authentication, rate limit and permission, in that order and before the body is read. */
export function admission(declaration: EndpointDeclaration | StreamDeclaration): Step {
  const { route, permission } = declaration;
  const declared = declaration.limit ?? defaultLimit(route.slice(0, route.indexOf(' ')));
  return {
    before: async ({ event: exchange }: { event: Exchange }): Promise<void> => {
      const shown = permission === 'public' ? undefined : readShown(exchange, declaration.queryCredential === true);
      const limit = effectiveLimit(exchange.functionId, declared);
      const asking = shown && authenticate(exchange, shown);
      const [caller] = await Promise.all([asking, limit && countRequest(exchange, shown, limit)]).catch((error) => {
        throw withMetadata(declaration, exchange, error);
      });
      exchange.caller = caller;
      if (caller === undefined && permission !== 'public' && permission !== 'recognised')
        throw withMetadata(declaration, exchange, unauthorized());
      if (caller !== undefined) demand(caller, permission);
    },
  };
}

function readShown({ facts, event }: Exchange, inQuery: boolean): Shown | undefined {
  const query = inQuery ? event.multiValueQueryStringParameters : null;
  const ticket = query?.['ticket']?.[0];
  if (ticket !== undefined) return { ticket };
  const credential = readCredential(facts.headers) ?? query?.['token']?.[0];
  return credential === undefined ? undefined : { credential };
}

/** A 401 of a protected resource says where its metadata is (RFC 9728, section 5.1). */
function withMetadata(
  { protects }: EndpointDeclaration | StreamDeclaration,
  { facts }: Exchange,
  error: unknown,
): unknown {
  if (!protects || !(error instanceof Problem) || error.status !== 401) return error;
  const { BASE_URL } = currentHost().settings().base;
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

async function authenticate(exchange: Exchange, shown: Shown): Promise<Caller> {
  const gatekeeper = await currentHost().gatekeeper();
  try {
    return await ('ticket' in shown ? gatekeeper.redeem(shown.ticket) : gatekeeper.authenticate(shown.credential));
  } catch (error) {
    // Made-up credentials each count under a name of their own; their address is the same.
    if (error instanceof Problem && error.status === 401) await countRefusal(exchange);
    throw error;
  }
}

async function countRefusal({ facts }: Exchange): Promise<void> {
  const limit = scaled(refusals);
  const counted = await (await currentHost().limiter()).count(`refused:ip:${facts.sourceIp}`, limit);
  if (counted && !counted.allowed) throw tooMany(limit, counted, 'refused credentials');
}

function demand(caller: Caller, permission: Access): void {
  if (permission === 'public' || permission === 'recognised' || permission === 'authenticated') return;
  if (allows(caller, permission)) return;
  throw new Problem('forbidden', {
    detail: `This takes the permission ${permission}.`,
    extra: { required_permission: permission },
  });
}

/** The declared limit as the operator has set it; undefined when it is off. */
function effectiveLimit(functionId: string, declared: Limit | 'off'): Limit | undefined {
  const set = currentHost().settings().base.RATE_LIMITS[functionId];
  if (declared === 'off' || set === 'off') return undefined;
  return scaled(set === undefined ? declared : { ...declared, requests: set, windowSeconds: 60 });
}

function scaled(limit: Limit): Limit {
  const { RATE_LIMIT_SCALE } = currentHost().settings().base;
  return { ...limit, requests: Math.max(1, Math.round(limit.requests * RATE_LIMIT_SCALE)) };
}

async function countRequest(exchange: Exchange, shown: Shown | undefined, limit: Limit): Promise<void> {
  const host = currentHost();
  const known =
    shown === undefined || 'ticket' in shown || limit.perAddress
      ? undefined
      : await (await host.gatekeeper()).identify(shown.credential);
  const subject = known ?? `ip:${exchange.facts.sourceIp}`;
  const counted = await (await host.limiter()).count(`${exchange.functionId}:${subject}`, limit);
  if (counted === undefined) return exchange.report.set({ limit_skipped: true });
  Object.assign(exchange.headers, limitHeaders(limit, counted));
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
