import { exportJWK, generateKeyPair } from 'jose';
import { newEncryptionKeys } from '../../../infra/local/encryption-key.ts';
import { type Encryptor, readEncryptor } from '../../../lib/secrets/encryptor.ts';
import {
  readSigningKey,
  readVerificationKeys,
  type SigningKey,
  type VerificationKeys,
} from '../../../lib/auth/tokens.ts';
import { readSettings } from '../../../lib/kernel/settings/settings.ts';
import { use as secretsUse } from '../../../lib/uses/secrets.ts';
import { use as sessionsUse } from '../../../lib/uses/sessions.ts';
import { use as signingUse } from '../../../lib/uses/signing.ts';
import { publicKeysOf } from '../../../infra/local/environment.ts';

export type Keys = SigningKey & VerificationKeys;

export const baseUrl = 'https://platform.example';

/** A new private JWK, as JWT_PRIVATE_KEYS holds it. */
export async function newJwk(kid: string, alg: 'ES256' | 'EdDSA' = 'ES256') {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg };
}

export function keySettings(keys: readonly object[], url = baseUrl) {
  const JWT_PRIVATE_KEYS = JSON.stringify(keys);
  const env = { BASE_URL: url, JWT_PRIVATE_KEYS, JWT_PUBLIC_KEYS: publicKeysOf(JWT_PRIVATE_KEYS) };
  return readSettings(env, { ...sessionsUse.variables, ...signingUse.variables });
}

/** The signer, and who verifies what it signs. */
export async function readKeys(settings: ReturnType<typeof keySettings>): Promise<Keys> {
  return { ...(await readSigningKey(settings)), ...(await readVerificationKeys(settings)) };
}

export async function newSigningKeys(): Promise<Keys> {
  return readKeys(keySettings([await newJwk('test')]));
}

export function newEncryptor(): Encryptor {
  return readEncryptor(readSettings({ ENCRYPTION_KEYS: newEncryptionKeys() }, secretsUse.variables));
}
