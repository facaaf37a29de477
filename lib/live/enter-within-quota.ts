import { Problem } from '../kernel/errors/problem.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import type { Quotas } from '../quotas/quotas.ts';

/** Registers a stream or socket that is being opened. @throws Problem `quota-exceeded`. */
export async function enterWithinQuota(
  quotas: Quotas,
  kind: 'streams' | 'sockets',
  { userId }: Caller,
  id: string,
  ttlMs: number,
): Promise<void> {
  const count = () => quotas.open.count(kind, userId);
  await quotas.within({ name: kind, userId, count }, () => quotas.open.enter(kind, userId, id, ttlMs));
}

/** Streams that end make room again within seconds. */
const retrySeconds = 30;

/**
 * Registers a stream that lasts `ms` at most. On AWS it is a function that runs all that time, so one too many is refused like a request too many: a later try is welcome.
 * @returns what takes it out again.
 * @throws Problem `rate-limit-exceeded`.
 */
export async function enterStream(quotas: Quotas, caller: Caller, ms: number): Promise<() => Promise<void>> {
  const id = newId();
  try {
    await enterWithinQuota(quotas, 'streams', caller, id, ms + 10_000);
  } catch (error) {
    if (!(error instanceof Problem) || error.type !== 'quota-exceeded') throw error;
    const { detail, extra } = error.options;
    throw new Problem('rate-limit-exceeded', {
      ...(detail !== undefined && { detail }),
      extra: { ...extra, retry_after: retrySeconds },
      headers: { 'retry-after': String(retrySeconds) },
    });
  }
  return () => quotas.open.leave('streams', id);
}
