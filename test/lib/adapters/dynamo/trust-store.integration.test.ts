import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTables } from '../../../../lib/adapters/dynamo/create-tables.ts';
import { openTrust } from '../../../../lib/adapters/dynamo/trust-store.ts';
import type { KeyStanding, SessionFamily, TrustStore, UserStanding } from '../../../../lib/auth/ports.ts';
import { newId } from '../../../../lib/kernel/ids.ts';
import { readSettings } from '../../../../lib/kernel/settings.ts';
import { startTrust } from '../../auth/start-trust.ts';

let store: Awaited<ReturnType<typeof startTrust>>;
let trust: TrustStore;

beforeAll(async () => {
  store = await startTrust();
  ({ trust } = store);
});
afterAll(() => store.stop());
afterEach(() => {
  vi.useRealTimers();
});

const openAt = (port: number) =>
  openTrust(readSettings({ STAGE: 'away', DYNAMODB_ENDPOINT: `http://127.0.0.1:${port}` }, ['dynamo']));

function family(over: Partial<SessionFamily> = {}): SessionFamily {
  return {
    id: newId(),
    userId: newId(),
    userVersion: new Date(1_700_000_000_123),
    sealKey: 'seal',
    endsAt: new Date(Date.now() + 60_000),
    current: 'one',
    currentExpiresAt: new Date(Date.now() + 60_000),
    previous: undefined,
    ...over,
  };
}

function standing(over: Partial<UserStanding> = {}): UserStanding {
  return { userId: newId(), role: 'developer', isActive: true, version: new Date(1000), ...over };
}

describe('the store of trust', () => {
  it('gives a session and its user back as they were put, in one read', async () => {
    const user = standing();
    const session = family({
      userId: user.userId,
      previous: { hash: 'zero', spentAt: new Date(5), successor: 'hidden' },
    });
    await Promise.all([trust.putUser(user), trust.openFamily(session)]);
    expect(await trust.session(session.id, user.userId)).toEqual({
      family: session,
      user: { ...user, sessionsEnded: undefined },
    });
    expect(await trust.session(newId(), newId())).toEqual({ family: undefined, user: undefined });
  });

  it('gives a key and its owner back as they were put', async () => {
    const user = standing();
    const bare: KeyStanding = {
      keyId: newId(),
      userId: user.userId,
      scopes: undefined,
      servers: undefined,
      expiresAt: undefined,
    };
    const held: KeyStanding = {
      ...bare,
      scopes: ['mcps:read'],
      servers: ['acme'],
      expiresAt: new Date(Date.now() + 60_000),
    };
    await Promise.all([trust.putUser(user), trust.putKey('bare', bare), trust.putKey('held', held)]);
    expect((await trust.key('bare', user.userId)).key).toEqual(bare);
    expect(await trust.key('held', user.userId)).toEqual({ key: held, user: { ...user, sessionsEnded: undefined } });
    await trust.deleteKey('held');
    expect((await trust.key('held', user.userId)).key).toBeUndefined();
  });

  it('takes what is past its time as gone, though it is still there', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const session = family();
    await trust.openFamily(session);
    vi.setSystemTime(Date.now() + 61_000);
    expect(await trust.family(session.id)).toBeUndefined();
  });

  it('lets exactly one of many rotate a session', async () => {
    const session = family();
    await trust.openFamily(session);
    const rotations = await Promise.all(
      Array.from({ length: 20 }, (_, index) => trust.rotate({ ...session, current: `next ${index}` }, 'one')),
    );
    expect(rotations.filter(Boolean)).toHaveLength(1);
    expect((await trust.family(session.id))?.current).toBe(`next ${rotations.indexOf(true)}`);
  });

  it('does not bring an ended session back', async () => {
    const session = family();
    await trust.openFamily(session);
    await trust.endFamily(session.id);
    expect(await trust.rotate({ ...session, current: 'two' }, 'one')).toBe(false);
    expect(await trust.family(session.id)).toBeUndefined();
  });

  it('never replaces standing by older standing', async () => {
    const demoted = standing({ role: 'viewer', version: new Date(2000) });
    await trust.putUser(demoted);
    await trust.putUser({ ...demoted, role: 'admin', version: new Date(1999) });
    expect(await trust.user(demoted.userId)).toMatchObject({ role: 'viewer', version: new Date(2000) });
    await trust.putUser({ ...demoted, isActive: false, version: new Date(2001) });
    expect(await trust.user(demoted.userId)).toMatchObject({ isActive: false });
  });

  it('remembers which sessions ended, whatever standing is put later', async () => {
    const user = standing();
    await trust.endFamiliesOf(user.userId, { before: new Date(3000), except: 'kept' });
    expect(await trust.user(user.userId)).toBeUndefined();
    await trust.putUser(user);
    expect(await trust.user(user.userId)).toMatchObject({ sessionsEnded: { before: new Date(3000), except: 'kept' } });
    await trust.endFamiliesOf(user.userId, { before: new Date(4000), except: undefined });
    await trust.endFamiliesOf(user.userId, { before: new Date(3500), except: 'late' });
    expect((await trust.user(user.userId))?.sessionsEnded).toEqual({ before: new Date(4000), except: undefined });
  });

  it('answers its probe', async () => {
    await expect(store.dynamoProbe(1000)).resolves.toBeUndefined();
  });

  it('can be made again where it is already', async () => {
    await expect(createTables(store.client, store.stage)).resolves.toBeUndefined();
  });
});

describe('without DynamoDB', () => {
  it('says that the service is away, where nobody listens', async () => {
    const { trust, dynamoProbe } = openAt(1);
    await expect(trust.session(newId(), newId())).rejects.toMatchObject({ type: 'service-unavailable' });
    await expect(dynamoProbe(500)).rejects.toThrow(/ECONNREFUSED|refused/i);
  });

  it('says so within about two seconds where nobody answers', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const startedAt = performance.now();
    const { trust } = openAt((silent.address() as AddressInfo).port);
    await expect(trust.key('hash', newId())).rejects.toMatchObject({ type: 'service-unavailable', status: 503 });
    expect(performance.now() - startedAt).toBeLessThan(3000);
    silent.closeAllConnections();
    silent.close();
  });

  it('says so where the table is missing', async () => {
    const { trust } = openAt(Number(new URL(store.url).port));
    await expect(trust.endFamily(newId())).rejects.toMatchObject({ type: 'service-unavailable' });
  });
});
