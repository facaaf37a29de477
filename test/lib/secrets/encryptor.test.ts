import { describe, expect, it } from 'vitest';
import { newEncryptionKeys } from '../../../infra/local/encryption-key.ts';
import { readSettings } from '../../../lib/kernel/settings/settings.ts';
import { use as secretsUse } from '../../../lib/uses/secrets.ts';
import { readEncryptor, type Encryptor } from '../../../lib/secrets/encryptor.ts';

function encryptWith(...keys: readonly string[]): Encryptor {
  const ENCRYPTION_KEYS = JSON.stringify(keys.flatMap((key) => JSON.parse(key) as unknown[]));
  return readEncryptor(readSettings({ ENCRYPTION_KEYS }, secretsUse.variables));
}

const [older, newer] = [newEncryptionKeys(), newEncryptionKeys()];
const text = 'tök€n\u0000 with anything in it';

describe('a sealed text', () => {
  it('comes back as it was, and cannot be read without', async () => {
    const { encrypt, decrypt } = encryptWith(newer);
    const sealed = await encrypt(text, 'deployment:1');
    expect(sealed).not.toContain(text);
    expect(Buffer.from(sealed.split('.').join(''), 'base64url').includes('with anything')).toBe(false);
    expect(await decrypt(sealed, 'deployment:1')).toBe(text);
  });

  it('differs each time', async () => {
    const { encrypt } = encryptWith(newer);
    expect(await encrypt(text, 'here')).not.toBe(await encrypt(text, 'here'));
  });

  it('opens for its own place alone', async () => {
    const { encrypt, decrypt } = encryptWith(newer);
    await expect(decrypt(await encrypt(text, 'deployment:1'), 'deployment:2')).rejects.toThrow('another context');
  });

  it('opens after the keys were rotated, as long as its key is there', async () => {
    const sealed = await encryptWith(older).encrypt(text, 'here');
    expect(await encryptWith(newer, older).decrypt(sealed, 'here')).toBe(text);
    await expect(encryptWith(newer).decrypt(sealed, 'here')).rejects.toThrow('not in ENCRYPTION_KEYS');
  });

  it('does not open when one character was changed', async () => {
    const { encrypt, decrypt } = encryptWith(newer);
    const sealed = await encrypt(text, 'here');
    const at = sealed.lastIndexOf('.') - 5;
    const altered = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    await expect(decrypt(altered, 'here')).rejects.toThrow(/decryption operation failed/);
  });
});

it('refuses two keys of one kid, and keys of another length', () => {
  expect(() => encryptWith(newer, newer)).toThrow('own kid');
  expect(() => encryptWith('[{"kty":"oct","kid":"a","k":"c2hvcnQ"}]')).toThrow('ENCRYPTION_KEYS');
});
