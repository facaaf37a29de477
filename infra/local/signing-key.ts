import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { newId } from '../../lib/kernel/ids.ts';

/** The JWT_PRIVATE_KEYS of this state, made on first use and kept in `<state>/signing-keys.json`, for its owner alone. */
export async function signingKeysOf(state: string): Promise<string> {
  const file = join(state, 'signing-keys.json');
  if (!existsSync(file)) {
    writeFileSync(file, JSON.stringify([await newSigningKey()]), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8');
}

/** One new private JWK (ES256). */
export async function newSigningKey(): Promise<object> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: newId(), alg: 'ES256', use: 'sig' };
}
