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

interface EnteredStream {
  /** Takes it out again. */
  readonly leave: () => Promise<void>;
  /** False once it was taken out for a stream that the same person resumes. */
  readonly isEntered: () => Promise<boolean>;
}

/**
 * Registers a stream that lasts `ms` at most. On AWS it is a function that runs all that time, so one too many is refused like a request too many: a later try is welcome.
 * @param resumes Its client was here before. On AWS a function does not learn that its client left, so when the quota is used up the person's oldest stream makes room.
 * @throws Problem `rate-limit-exceeded`.
 */
export async function enterStream(
  quotas: Quotas,
  caller: Caller,
  ms: number,
  { resumes = false } = {},
): Promise<EnteredStream> {
  const id = newId();
  const enter = () => enterWithinQuota(quotas, 'streams', caller, id, ms + 10_000);
  try {
    await enter().catch(async (error: unknown) => {
      if (!resumes || !isExceeded(error)) throw error;
      await quotas.open.leaveOldest('streams', caller.userId);
      await enter();
    });
  } catch (error) {
    if (!isExceeded(error)) throw error;
    const { detail, extra } = error.options;
    throw new Problem('rate-limit-exceeded', {
      ...(detail !== undefined && { detail }),
      extra: { ...extra, retry_after: retrySeconds },
      headers: { 'retry-after': String(retrySeconds) },
    });
  }
  return { leave: () => quotas.open.leave('streams', id), isEntered: () => quotas.open.has('streams', id) };
}

function isExceeded(error: unknown): error is Problem {
  return error instanceof Problem && error.type === 'quota-exceeded';
}
