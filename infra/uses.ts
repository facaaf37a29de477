import type { Declaration } from '../lib/kernel/lambda/declaration.ts';
import { isIdempotent } from '../lib/kernel/http/idempotency.ts';
import type { Use } from '../lib/kernel/lambda/uses.ts';

/**
 * What a function really needs: what it names in `uses`, and what the kernel needs to serve it (credentials, rate limits, back-off). Decides its bundle
 * and its grants.
 */
export function usesOf(declaration: Declaration): readonly Use[] {
  return [...new Set([...(declaration.uses ?? []), ...impliedBy(declaration)])].toSorted();
}

function impliedBy(declaration: Declaration): Use[] {
  switch (declaration.kind) {
    case 'endpoint':
    case 'stream':
      return [
        // Refused credentials are counted even where requests are not.
        ...(declaration.permission === 'public' ? [] : (['sessions', 'redis'] as const)),
        ...(declaration.limit === 'off' ? [] : (['redis'] as const)),
        ...(isIdempotent(declaration) ? (['secrets'] as const) : []),
      ];
    case 'socket':
      return declaration.permission === 'public' ? [] : ['sessions'];
    case 'worker':
      return ['queues'];
    case 'schedule':
    case 'event':
    case 'command':
      return [];
  }
}
