import { JWEInvalid } from 'jose/errors';
import { compactDecrypt } from 'jose/jwe/compact/decrypt';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';

/** Keeps texts encrypted in the stores. A text can be opened only for the place that it was sealed for. */
export interface Encryptor {
  /** `place` names what holds the text, e.g. `deployment:<id>`; it is authenticated and can be read by anybody. */
  readonly encrypt: (text: string, place: string) => Promise<string>;
  /** @throws Error when the text was sealed for another place, altered, or under a key that is not there any more. */
  readonly decrypt: (sealed: string, place: string) => Promise<string>;
}

interface SymmetricJwk {
  readonly kid: string;
  /** 256 bits in base64url. */
  readonly k: string;
}

/**
 * JWE (RFC 7516, `dir` and `A256GCM`) under the keys of `ENCRYPTION_KEYS`: the first seals, all open.
 * @throws Error when a key has not 256 bits or two share a `kid`.
 */
export function readEncryptor({ ENCRYPTION_KEYS }: { readonly ENCRYPTION_KEYS: readonly SymmetricJwk[] }): Encryptor {
  const keys = new Map(ENCRYPTION_KEYS.map(({ kid, k }) => [kid, Buffer.from(k, 'base64url')]));
  const sealer = ENCRYPTION_KEYS[0];
  if (!sealer || keys.size < ENCRYPTION_KEYS.length)
    throw new Error('Configuration: ENCRYPTION_KEYS: each key needs its own kid');
  return {
    encrypt: (text, place) =>
      new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: sealer.kid, place })
        .encrypt(keyOf(keys, sealer.kid)),
    decrypt: async (sealed, place) => {
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, ({ kid }) => keyOf(keys, kid), {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      if (protectedHeader['place'] !== place) throw new JWEInvalid(`Sealed for another place than ${place}`);
      return new TextDecoder('utf-8', { fatal: true }).decode(plaintext);
    },
  };
}

function keyOf(keys: ReadonlyMap<string, Uint8Array>, kid: string | undefined): Uint8Array {
  const key = keys.get(kid ?? '');
  if (!key) throw new JWEInvalid('Sealed under a key that is not in ENCRYPTION_KEYS');
  return key;
}
