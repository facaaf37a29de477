import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encryptionKeysOf, newEncryptionKeys } from './encryption-key.ts';
import { newSigningKey, signingKeysOf } from './signing-key.ts';

/**
 * Puts new keys in front of those of this state. Of the signing keys the former first one stays, until its tokens are over; encryption keys all stay, because
 * what they encrypted is still there.
 */
export async function rotateKeys(state: string): Promise<{ signing: string[]; encryption: string[] }> {
  const [formerSigner] = JSON.parse(await signingKeysOf(state)) as Key[];
  const signing = [(await newSigningKey()) as Key, ...(formerSigner ? [formerSigner] : [])];
  const encryption = [newEncryptionKeys(), encryptionKeysOf(state)].flatMap((keys) => JSON.parse(keys) as Key[]);
  replace(join(state, 'signing-keys.json'), signing);
  replace(join(state, 'encryption-keys.json'), encryption);
  return { signing: signing.map(({ kid }) => kid), encryption: encryption.map(({ kid }) => kid) };
}

interface Key {
  readonly kid: string;
}

/** A reader sees the old file or the new one, never half of one. */
function replace(file: string, keys: readonly Key[]): void {
  writeFileSync(`${file}.new`, JSON.stringify(keys), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
