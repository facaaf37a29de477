import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rotateKeys } from '../../../infra/local/rotate-keys.ts';
import { readSettings } from '../../../lib/kernel/settings/settings.ts';
import { use as secretsUse } from '../../../lib/uses/secrets.ts';
import { use as sessionsUse } from '../../../lib/uses/sessions.ts';
import { use as signingUse } from '../../../lib/uses/signing.ts';
import { publicKeysOf } from '../../../infra/local/environment.ts';
import { readKeys } from '../../lib/auth/keys.ts';
import { newId } from '../../../lib/kernel/ids.ts';
import { readEncryptor } from '../../../lib/secrets/encryptor.ts';

let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'rotate-keys-'));
});
afterEach(() => rm(state, { recursive: true, force: true }));

const settings = async () => {
  const JWT_PRIVATE_KEYS = await readFile(join(state, 'signing-keys.json'), 'utf8');
  const ENCRYPTION_KEYS = await readFile(join(state, 'encryption-keys.json'), 'utf8');
  return readSettings(
    { JWT_PRIVATE_KEYS, JWT_PUBLIC_KEYS: publicKeysOf(JWT_PRIVATE_KEYS), ENCRYPTION_KEYS },
    { ...sessionsUse.variables, ...signingUse.variables, ...secretsUse.variables },
  );
};

describe('rotating keys', () => {
  it('signs with a new key and still takes what the former one signed, but not the one before', async () => {
    await rotateKeys(state);
    const before = await readKeys(await settings());
    const token = await before.issue({ userId: newId(), sessionId: newId(), role: 'viewer' });
    await rotateKeys(state);
    const after = await readKeys(await settings());
    expect(after.jwks[0]?.kid).not.toBe(before.jwks[0]?.kid);
    expect(await after.verify(token)).toBeDefined();
    await rotateKeys(state);
    expect(await (await readKeys(await settings())).verify(token)).toBeUndefined();
  });

  it('opens what was ever sealed', async () => {
    await rotateKeys(state);
    const sealed = await readEncryptor(await settings()).encrypt('hunter2', 'here');
    for (let times = 0; times < 3; times += 1) await rotateKeys(state);
    expect(await readEncryptor(await settings()).decrypt(sealed, 'here')).toBe('hunter2');
  });

  it('keeps keys for their owner alone', async () => {
    await rotateKeys(state);
    for (const file of ['signing-keys.json', 'encryption-keys.json'])
      expect((await stat(join(state, file))).mode & 0o777).toBe(0o600);
  });
});
