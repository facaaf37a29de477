import { invalidField, Problem } from '../kernel/errors/problem.ts';
import { JobPostponed } from '../tasks/run-job.ts';
import { HostError, type HostErrorKind } from './source-host.ts';

/** What the host answers where a connection's own credential asks: no field of a request is at fault. */
export function problemOf(error: unknown): unknown {
  if (!(error instanceof HostError)) return error;
  switch (error.kind) {
    case 'limited':
      return new Problem('service-unavailable', {
        detail: error.message,
        extra: { retry_after: error.retryAfterSeconds },
        headers: { 'retry-after': String(error.retryAfterSeconds) },
      });
    case 'elsewhere':
    case 'unavailable':
      return new Problem('upstream-error', { detail: error.message, cause: error });
    case 'credential':
    case 'forbidden':
    case 'missing':
    case 'empty':
    case 'refused':
      return new Problem('conflict', { detail: error.message });
  }
}

const fields: Partial<Record<HostErrorKind, readonly [field: string, type: string]>> = {
  credential: ['access_token', 'token_refused'],
  forbidden: ['access_token', 'token_not_allowed'],
  missing: ['repository_url', 'repository_missing'],
  empty: ['repository_url', 'repository_empty'],
  refused: ['repository_url', 'repository_refused'],
};

/** Runs `work` for a request that named repository and token; what the host refuses is a problem of that field. */
export async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const place = error instanceof HostError ? fields[error.kind] : undefined;
    throw place ? invalidField([place[0]], (error as HostError).message, place[1]) : problemOf(error);
  }
}

/** What a task ends its attempt with. Where the host wants to be asked later, the task waits so long without a worker. */
export function failureOf(error: unknown): unknown {
  if (!(error instanceof HostError) || error.kind !== 'limited') return problemOf(error);
  return new JobPostponed(error.retryAfterSeconds ?? 60, error.message);
}
