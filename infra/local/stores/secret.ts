import { randomBytes } from 'node:crypto';

/** A password for one start of a store. Hex needs no quoting in SQL, configuration files and URLs. */
export function newSecret(): string {
  return randomBytes(24).toString('hex');
}
