import { waitUntil } from '../../wait-until.ts';

/** What `look` sees once it sees something. */
export function eventually<T>(look: () => Promise<T | undefined>) {
  return waitUntil('what was looked for', look);
}
