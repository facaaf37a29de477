import { describe, expect, it } from 'vitest';
import { newEncryptionKeys } from '../../../infra/local/encryption-key.ts';
import { readSettings } from '../../../lib/kernel/settings.ts';
import { readSeal, type Seal } from '../../../lib/secrets/seal.ts';

function sealWith(...keys: readonly string[]): Seal {
  const ENCRYPTION_KEYS = JSON.stringify(keys.flatMap((key) => JSON.parse(key) as unknown[]));
  return readSeal(readSettings({ ENCRYPTION_KEYS }, ['secrets']));
}

const [older, newer] = [newEncryptionKeys(), newEncryptionKeys()];
const text = 'tök€n\u0000 with anything in it';

describe('a sealed text', () => {
  it('comes back as it was, and cannot be read without', async () => {
    const { seal, open } = sealWith(newer);
    const sealed = await seal(text, 'deployment:1');
    expect(sealed).not.toContain(text);
    expect(Buffer.from(sealed.split('.').join(''), 'base64url').includes('with anything')).toBe(false);
    expect(await open(sealed, 'deployment:1')).toBe(text);
  });

  it('differs each time', async () => {
    const { seal } = sealWith(newer);
    expect(await seal(text, 'here')).not.toBe(await seal(text, 'here'));
  });

  it('opens for its own place alone', async () => {
    const { seal, open } = sealWith(newer);
    await expect(open(await seal(text, 'deployment:1'), 'deployment:2')).rejects.toThrow('another place');
  });

  it('opens after the keys were rotated, as long as its key is there', async () => {
    const sealed = await sealWith(older).seal(text, 'here');
    expect(await sealWith(newer, older).open(sealed, 'here')).toBe(text);
    await expect(sealWith(newer).open(sealed, 'here')).rejects.toThrow('not in ENCRYPTION_KEYS');
  });

  it('does not open when one character was changed', async () => {
    const { seal, open } = sealWith(newer);
    const sealed = await seal(text, 'here');
    const at = sealed.lastIndexOf('.') - 5;
    const altered = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    await expect(open(altered, 'here')).rejects.toThrow(/decryption operation failed/);
  });
});

it('refuses two keys of one kid, and keys of another length', () => {
  expect(() => sealWith(newer, newer)).toThrow('own kid');
  expect(() => sealWith('[{"kty":"oct","kid":"a","k":"c2hvcnQ"}]')).toThrow('ENCRYPTION_KEYS');
});
