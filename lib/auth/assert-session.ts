import type { Caller } from '../kernel/http/caller.ts';
import { Problem } from '../kernel/errors/problem.ts';

/** @throws Problem `forbidden` for an API key: a stolen one must not make others that outlive it. */
export function assertSession({ sessionId }: Caller): void {
  if (sessionId !== undefined) return;
  throw new Problem('forbidden', { detail: 'This is for somebody who has logged in; an API key does not do.' });
}
