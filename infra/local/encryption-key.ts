import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '../../lib/kernel/ids.ts';

/** One new key, as ENCRYPTION_KEYS takes it. */
export function newEncryptionKeys(): string {
  return JSON.stringify([{ kty: 'oct', kid: newId(), k: randomBytes(32).toString('base64url') }]);
}

/** The ENCRYPTION_KEYS of this state, made on first use and kept in `<state>/encryption-keys.json`, for its owner alone. */
export function encryptionKeysOf(state: string): string {
  const file = join(state, 'encryption-keys.json');
  if (!existsSync(file)) writeFileSync(file, newEncryptionKeys(), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}
