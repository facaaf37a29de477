import * as z from 'zod';
import { HostError } from '../../github/source-host.ts';

/** What octokit throws. Its `request` holds the token in a header, so nothing of it goes further. */
const Failed = z.object({
  status: z.int(),
  message: z.string(),
  response: z
    .object({
      headers: z.record(z.string(), z.union([z.string(), z.number()]).optional()),
      data: z.unknown(),
    })
    .optional(),
});

const longestWaitSeconds = 3600;
/** Where the host says that it is too much and not until when (GitHub's advice for secondary limits). */
const unknownWaitSeconds = 60;

export function hostErrorOf(error: unknown): HostError {
  if (error instanceof HostError) return error;
  const { data: failed } = Failed.safeParse(error);
  if (!failed?.response) return new HostError('unavailable', 'GitHub could not be reached.', { cause: plain(error) });
  const { status, response } = failed;
  const header = (name: string): string => String(response.headers[name] ?? '');
  const said = messageIn(response.data);
  const wait = waitOf(status, header, said);
  if (wait !== undefined)
    return new HostError('limited', `GitHub limits how often it may be asked; again in ${wait} s.`, {
      retryAfterSeconds: wait,
    });
  switch (status) {
    case 401:
      return new HostError('credential', 'GitHub refuses the token: it is wrong, expired or revoked.');
    case 403:
      return new HostError('forbidden', forbiddenBecause(header, said));
    case 404:
    case 410:
    case 451:
      return new HostError('missing', 'There is no such repository, or the token may not read it.');
    case 409:
      return new HostError('empty', 'The repository has no commits yet.');
    default:
      return status >= 500
        ? new HostError('unavailable', `GitHub answered ${status}.`)
        : new HostError('refused', `GitHub refused the request (${status}).`);
  }
}

function waitOf(status: number, header: (name: string) => string, said: string): number | undefined {
  const isLimit =
    status === 429 ||
    (status === 403 &&
      (header('retry-after') !== '' || header('x-ratelimit-remaining') === '0' || /rate limit/i.test(said)));
  if (!isLimit) return undefined;
  const after = Number(header('retry-after'));
  const reset = Number(header('x-ratelimit-reset')) - Date.now() / 1000;
  const wait = after > 0 ? after : reset > 0 ? reset : unknownWaitSeconds;
  return Math.ceil(Math.min(longestWaitSeconds, Math.max(1, wait)));
}

function forbiddenBecause(header: (name: string) => string, said: string): string {
  if (/suspended/i.test(said)) return "The application's installation on this repository is suspended.";
  if (header('x-github-sso') !== '') return 'The organization wants the token to be authorized for its single sign-on.';
  const needed = header('x-accepted-github-permissions') || header('x-accepted-oauth-scopes');
  return `The token is not allowed to do this${needed === '' ? '' : `; it needs ${needed}`}.`;
}

function messageIn(data: unknown): string {
  const text = z.object({ message: z.string() }).safeParse(data).data?.message ?? '';
  return text.slice(0, 200);
}

/** The cause without the request that octokit hangs on it. */
function plain(error: unknown): unknown {
  return error instanceof Error ? (error.cause ?? new Error(error.message)) : error;
}
