import { invalidField, Problem } from '../kernel/errors/problem.ts';
import { HostError } from './source-host.ts';

/** What the host refused, as the answer to the request that named repository and token. */
export function problemOf(error: unknown): unknown {
  if (!(error instanceof HostError)) return error;
  switch (error.kind) {
    case 'credential':
      return invalidField(['access_token'], error.message, 'token_refused');
    case 'forbidden':
      return invalidField(['access_token'], error.message, 'token_not_allowed');
    case 'missing':
      return invalidField(
        ['repository_url'],
        'There is no such repository, or the token may not read it',
        'repository_missing',
      );
    case 'empty':
      return invalidField(['repository_url'], 'The repository has no commits yet', 'repository_empty');
    case 'refused':
      return invalidField(['repository_url'], error.message, 'repository_refused');
    case 'limited':
      return new Problem('service-unavailable', {
        detail: error.message,
        extra: { retry_after: error.retryAfterSeconds },
        headers: { 'retry-after': String(error.retryAfterSeconds) },
      });
    case 'elsewhere':
    case 'unavailable':
      return new Problem('upstream-error', { detail: error.message, cause: error });
  }
}

/** Runs `work`; what the host refuses becomes a problem about the request. */
export async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw problemOf(error);
  }
}
