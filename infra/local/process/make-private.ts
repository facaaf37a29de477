import { chmodSync, mkdirSync } from 'node:fs';

/** Has a state folder that only its owner may enter, and makes that so for all files that this process and its children write from now on. */
export function makePrivate(state: string): void {
  process.umask(0o077);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  // One that an older version made is open.
  chmodSync(state, 0o700);
}
