import { allows, type Caller } from './caller.ts';
import type { Access } from './declaration.ts';
import { currentHost } from './host.ts';
import { readCredential } from './http-event.ts';
import type { Exchange, Step } from './http-frame.ts';
import { defaultLimit, type Limit, type LimitState } from './limit.ts';
import { Problem } from './problem.ts';

/** Who is asking and how often: authentication, rate limit and permission, in that order and before the body is read. */
export function admission(route: string, permission: Access, declared: Limit | 'off' | undefined): Step {
  const method = route.slice(0, route.indexOf(' '));
  return {
    before: async ({ event: exchange }: { event: Exchange }): Promise<void> => {
      const credential = permission === 'public' ? undefined : readCredential(exchange.facts.headers);
      const limit = effectiveLimit(exchange.functionId, declared ?? defaultLimit(method));
      const [caller] = await Promise.all([
        credential === undefined ? undefined : authenticate(credential),
        limit === undefined ? undefined : countRequest(exchange, credential, limit),
      ]);
      exchange.caller = caller;
      if (caller === undefined && permission !== 'public' && permission !== 'recognised') throw unauthorized();
      if (caller !== undefined) demand(caller, permission);
    },
  };
}

function unauthorized(): Problem {
  return new Problem('unauthorized', {
    detail: 'Send an access token (Authorization: Bearer …) or an API key (X-API-Key).',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

async function authenticate(credential: string): Promise<Caller> {
  const gatekeeper = await currentHost().gatekeeper();
  return gatekeeper.authenticate(credential);
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
  const { RATE_LIMITS, RATE_LIMIT_SCALE } = currentHost().settings().base;
  const set = RATE_LIMITS[functionId];
  if (declared === 'off' || set === 'off') return undefined;
  const base = set === undefined ? declared : { ...declared, requests: set, windowSeconds: 60 };
  return { ...base, requests: Math.max(1, Math.round(base.requests * RATE_LIMIT_SCALE)) };
}

async function countRequest(exchange: Exchange, credential: string | undefined, limit: Limit): Promise<void> {
  const host = currentHost();
  const known =
    credential === undefined || limit.perAddress ? undefined : await (await host.gatekeeper()).identify(credential);
  const subject = known ?? `ip:${exchange.facts.sourceIp}`;
  const counted = await (await host.limiter()).count(`${exchange.functionId}:${subject}`, limit);
  if (counted === undefined) return exchange.report.set({ limit_skipped: true });
  Object.assign(exchange.headers, limitHeaders(limit, counted));
  if (counted.allowed) return;
  throw new Problem('rate-limit-exceeded', {
    detail: `At most ${limit.requests} requests in ${limit.windowSeconds} s; try again in ${counted.resetSeconds} s.`,
    extra: { retry_after: counted.resetSeconds },
    headers: { 'retry-after': String(counted.resetSeconds) },
  });
}

/** draft-ietf-httpapi-ratelimit-headers. */
function limitHeaders(limit: Limit, counted: LimitState): Record<string, string> {
  return {
    'ratelimit-policy': `"default";q=${limit.requests};w=${limit.windowSeconds}`,
    ratelimit: `"default";r=${counted.remaining};t=${counted.resetSeconds}`,
  };
}
