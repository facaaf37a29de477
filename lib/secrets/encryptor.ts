import { JWEInvalid } from 'jose/errors';
import { compactDecrypt } from 'jose/jwe/compact/decrypt';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';

/** Encrypts the texts of the stores. A text can be decrypted only with the context that it was encrypted with. */
export interface Encryptor {
  /** The key under which new texts are encrypted. */
  readonly keyId: string;
  /** `context` names what holds the text, e.g. `deployment:<id>`; it is authenticated and not secret. */
  readonly encrypt: (text: string, context: string) => Promise<string>;
  /** @throws Error when the text has another context, was altered, or needs a key that is no longer configured. */
  readonly decrypt: (encrypted: string, context: string) => Promise<string>;
}

interface SymmetricJwk {
  readonly kid: string;
  /** 256 bits in base64url. */
  readonly k: string;
}

/**
 * JWE (RFC 7516, `dir` and `A256GCM`) under the keys of `ENCRYPTION_KEYS`: the first encrypts, all decrypt.
 * @throws Error when a key has not 256 bits or two share a `kid`.
 */
export function readEncryptor({ ENCRYPTION_KEYS }: { readonly ENCRYPTION_KEYS: readonly SymmetricJwk[] }): Encryptor {
  const keys = new Map(ENCRYPTION_KEYS.map(({ kid, k }) => [kid, Buffer.from(k, 'base64url')]));
  const newest = ENCRYPTION_KEYS[0];
  if (!newest || keys.size < ENCRYPTION_KEYS.length)
    throw new Error('Configuration: ENCRYPTION_KEYS: each key needs its own kid');
  return {
    keyId: newest.kid,
    encrypt: (text, context) =>
      new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: newest.kid, place: context })
        .encrypt(keyOf(keys, newest.kid)),
    decrypt: async (encrypted, context) => {
      const { plaintext, protectedHeader } = await compactDecrypt(encrypted, ({ kid }) => keyOf(keys, kid), {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      if (protectedHeader['place'] !== context) throw new JWEInvalid(`Encrypted with another context than ${context}`);
      return new TextDecoder('utf-8', { fatal: true }).decode(plaintext);
    },
  };
}

function keyOf(keys: ReadonlyMap<string, Uint8Array>, kid: string | undefined): Uint8Array {
  const key = keys.get(kid ?? '');
  if (!key) throw new JWEInvalid('Encrypted under a key that is not in ENCRYPTION_KEYS');
  return key;
}
