import { exportJWK, generateKeyPair } from 'jose';
import { newEncryptionKeys } from '../../../infra/local/encryption-key.ts';
import { type Encryptor, readEncryptor } from '../../../lib/secrets/encryptor.ts';
import { readSigningKeys, type SigningKeys } from '../../../lib/auth/tokens.ts';
import { readSettings } from '../../../lib/kernel/settings/settings.ts';
import { use as secretsUse } from '../../../lib/uses/secrets.ts';
import { use as sessionsUse } from '../../../lib/uses/sessions.ts';

export const baseUrl = 'https://platform.example';

/** A new private JWK, as JWT_PRIVATE_KEYS holds it. */
export async function newJwk(kid: string, alg: 'ES256' | 'EdDSA' = 'ES256') {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg };
}

export function keySettings(keys: readonly object[], url = baseUrl) {
  return readSettings({ BASE_URL: url, JWT_PRIVATE_KEYS: JSON.stringify(keys) }, sessionsUse.variables);
}

export async function newSigningKeys(): Promise<SigningKeys> {
  return readSigningKeys(keySettings([await newJwk('test')]));
}

export function newEncryptor(): Encryptor {
  return readEncryptor(readSettings({ ENCRYPTION_KEYS: newEncryptionKeys() }, secretsUse.variables));
}
