import { describe, expect, it } from 'vitest';
import { newEncryptionKeys } from '../../../infra/local/encryption-key.ts';
import type { Caller } from '../../../lib/kernel/http/caller.ts';
import { readSettings } from '../../../lib/kernel/settings/settings.ts';
import { decryptSession, encryptSession } from '../../../lib/mcp/session-id.ts';
import { readEncryptor } from '../../../lib/secrets/encryptor.ts';
import { use as secretsUse } from '../../../lib/uses/secrets.ts';

const newEncryptor = () => readEncryptor(readSettings({ ENCRYPTION_KEYS: newEncryptionKeys() }, secretsUse.variables));
const encryptor = newEncryptor();
const caller = (userId: string): Caller => ({ userId, role: 'developer', permissions: ['mcp:call'] });
const place = { replicaId: 'r', upstreamId: 'u', initialize: { protocolVersion: '2025-11-25' } };

describe('a session id', () => {
  it('leads its caller to the place of the session', async () => {
    const id = await encryptSession(encryptor, caller('ada'), 'tool', place);
    expect(await decryptSession(encryptor, caller('ada'), 'tool', id)).toMatchObject(place);
  });

  it.each([false, true])('is good for nobody else and at no other tool, used before: %s', async (isUsed) => {
    const id = await encryptSession(encryptor, caller('ada'), 'tool', place);
    if (isUsed) await decryptSession(encryptor, caller('ada'), 'tool', id);
    expect(await decryptSession(encryptor, caller('bob'), 'tool', id)).toBeUndefined();
    expect(await decryptSession(encryptor, caller('ada'), 'other', id)).toBeUndefined();
  });

  it('of another installation, or none at all, leads nowhere', async () => {
    const id = await encryptSession(newEncryptor(), caller('ada'), 'tool', place);
    for (const text of [id, '', 'a.b.c.d.e'])
      expect(await decryptSession(encryptor, caller('ada'), 'tool', text)).toBeUndefined();
  });

  it('keeps of an unusually long greeting what a server goes by, and stays small', async () => {
    const clientInfo = { name: 'n'.repeat(5000), version: '1' };
    const initialize = {
      protocolVersion: '2025-11-25',
      capabilities: { sampling: { x: 'y'.repeat(5000) } },
      clientInfo,
    };
    const id = await encryptSession(encryptor, caller('ada'), 'tool', { ...place, initialize });
    expect(id.length).toBeLessThan(4000);
    expect((await decryptSession(encryptor, caller('ada'), 'tool', id))?.initialize).toEqual({
      protocolVersion: '2025-11-25',
      capabilities: { sampling: {} },
      clientInfo: { name: 'n'.repeat(100), version: '1' },
    });
  });
});
