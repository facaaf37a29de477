import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTables } from '../../../../lib/adapters/dynamo/create-tables.ts';
import { openSessionStore } from '../../../../lib/adapters/dynamo/session-store.ts';
import type { KeyStatus, SessionFamily, SessionStore, UserStatus } from '../../../../lib/auth/ports.ts';
import { newId } from '../../../../lib/kernel/ids.ts';
import { readSettings } from '../../../../lib/kernel/settings/settings.ts';
import { dynamoVariables } from '../../../../lib/uses/variables/dynamo.ts';
import { startSessionStore } from '../../auth/start-sessions.ts';
import { lateMs } from '../../../wait-until.ts';

let store: Awaited<ReturnType<typeof startSessionStore>>;
let sessions: SessionStore;

beforeAll(async () => {
  store = await startSessionStore();
  ({ sessions } = store);
});
afterAll(() => store.stop());
afterEach(() => {
  vi.useRealTimers();
});

const openAt = (port: number) =>
  openSessionStore(readSettings({ STAGE: 'away', DYNAMODB_ENDPOINT: `http://127.0.0.1:${port}` }, dynamoVariables));

function family(over: Partial<SessionFamily> = {}): SessionFamily {
  return {
    id: newId(),
    userId: newId(),
    userVersion: new Date(1_700_000_000_123),
    macKey: 'key',
    grant: undefined,
    endsAt: new Date(Date.now() + 60_000),
    current: 'one',
    currentExpiresAt: new Date(Date.now() + 60_000),
    previous: undefined,
    ...over,
  };
}

function statusOf(over: Partial<UserStatus> = {}): UserStatus {
  return {
    userId: newId(),
    role: 'developer',
    isActive: true,
    hasSecondFactor: false,
    version: new Date(1000),
    ...over,
  };
}

describe('the session store', () => {
  it('gives a session and its user back as they were put, in one read', async () => {
    const user = statusOf();
    const session = family({
      userId: user.userId,
      previous: { hash: 'zero', spentAt: new Date(5), successor: 'hidden' },
    });
    await Promise.all([sessions.putUser(user), sessions.openFamily(session)]);
    expect(await sessions.session(session.id, user.userId)).toEqual({
      family: session,
      user: { ...user, sessionsEnded: undefined },
    });
    expect(await sessions.session(newId(), newId())).toEqual({ family: undefined, user: undefined });
  });

  it('gives a key and its owner back as they were put', async () => {
    const user = statusOf();
    const bare: KeyStatus = {
      keyId: newId(),
      userId: user.userId,
      scopes: undefined,
      servers: undefined,
      expiresAt: undefined,
    };
    const held: KeyStatus = {
      ...bare,
      scopes: ['mcps:read'],
      servers: ['acme'],
      expiresAt: new Date(Date.now() + 60_000),
    };
    await Promise.all([sessions.putUser(user), sessions.putKey('bare', bare), sessions.putKey('held', held)]);
    expect((await sessions.key('bare', user.userId)).key).toEqual(bare);
    expect(await sessions.key('held', user.userId)).toEqual({ key: held, user: { ...user, sessionsEnded: undefined } });
    await sessions.deleteKey('held');
    expect((await sessions.key('held', user.userId)).key).toBeUndefined();
  });

  it('takes what is past its time as gone, though it is still there', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const session = family();
    await sessions.openFamily(session);
    vi.setSystemTime(Date.now() + 61_000);
    expect(await sessions.family(session.id)).toBeUndefined();
  });

  it('lets exactly one of many rotate a session', async () => {
    const session = family();
    await sessions.openFamily(session);
    const rotations = await Promise.all(
      Array.from({ length: 20 }, (_, index) => sessions.rotate({ ...session, current: `next ${index}` }, 'one')),
    );
    expect(rotations.filter(Boolean)).toHaveLength(1);
    expect((await sessions.family(session.id))?.current).toBe(`next ${rotations.indexOf(true)}`);
  });

  it('does not bring an ended session back', async () => {
    const session = family();
    await sessions.openFamily(session);
    await sessions.endFamily(session.id);
    expect(await sessions.rotate({ ...session, current: 'two' }, 'one')).toBe(false);
    expect(await sessions.family(session.id)).toBeUndefined();
  });

  it('never replaces standing by older standing', async () => {
    const demoted = statusOf({ role: 'viewer', version: new Date(2000) });
    await sessions.putUser(demoted);
    await sessions.putUser({ ...demoted, role: 'admin', version: new Date(1999) });
    expect(await sessions.user(demoted.userId)).toMatchObject({ role: 'viewer', version: new Date(2000) });
    await sessions.putUser({ ...demoted, isActive: false, version: new Date(2001) });
    expect(await sessions.user(demoted.userId)).toMatchObject({ isActive: false });
  });

  it('remembers which sessions ended, whatever standing is put later', async () => {
    const user = statusOf();
    await sessions.endFamiliesOf(user.userId, { before: new Date(3000), except: 'kept' });
    expect(await sessions.user(user.userId)).toBeUndefined();
    await sessions.putUser(user);
    expect(await sessions.user(user.userId)).toMatchObject({
      sessionsEnded: { before: new Date(3000), except: 'kept' },
    });
    await sessions.endFamiliesOf(user.userId, { before: new Date(4000), except: undefined });
    await sessions.endFamiliesOf(user.userId, { before: new Date(3500), except: 'late' });
    expect((await sessions.user(user.userId))?.sessionsEnded).toEqual({ before: new Date(4000), except: undefined });
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
    const { sessions, dynamoProbe } = openAt(1);
    await expect(sessions.session(newId(), newId())).rejects.toMatchObject({ type: 'service-unavailable' });
    await expect(dynamoProbe(500)).rejects.toThrow(/ECONNREFUSED|refused/i);
  });

  it('says so within about two seconds where nobody answers', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const startedAt = performance.now();
    const { sessions } = openAt((silent.address() as AddressInfo).port);
    await expect(sessions.key('hash', newId())).rejects.toMatchObject({ type: 'service-unavailable', status: 503 });
    expect(performance.now() - startedAt).toBeLessThan(2_000 + lateMs);
    silent.closeAllConnections();
    silent.close();
  });

  it('says so where the table is missing', async () => {
    const { sessions } = openAt(Number(new URL(store.url).port));
    await expect(sessions.endFamily(newId())).rejects.toMatchObject({ type: 'service-unavailable' });
  });
});
