import http from 'node:http';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { newApiKeyText } from '../../lib/auth/api-key-text.ts';
import { createAuthenticator } from '../../lib/auth/authenticator.ts';
import type { SessionStore } from '../../lib/auth/ports.ts';
import { newSession } from '../../lib/auth/session.ts';
import { newId } from '../../lib/kernel/ids.ts';
import { type App, startApp } from '../harness.ts';
import { baseUrl, type Keys, newSigningKeys } from '../lib/auth/keys.ts';
import { startSessionStore } from '../lib/auth/start-sessions.ts';

/* Law: trust lives in DynamoDB alone. Each authenticated request reads session (or key) and user there, once and strongly consistent; what Redis and MySQL hold gives nobody a right. */

let store: Awaited<ReturnType<typeof startSessionStore>>;
let keys: Keys;
beforeAll(async () => {
  store = await startSessionStore();
  keys = await newSigningKeys();
});
afterAll(() => store.stop());

/** A developer with a session and an API key. */
async function enter() {
  const userId = newId();
  const status = {
    userId,
    role: 'developer' as const,
    isActive: true,
    hasSecondFactor: false,
    version: new Date(1000),
  };
  const { family } = newSession({ id: userId, updatedAt: status.version });
  const key = newApiKeyText(userId);
  await Promise.all([
    store.sessions.openFamily(family),
    store.sessions.putUser(status),
    store.sessions.putKey(key.hash, {
      keyId: newId(),
      userId,
      scopes: undefined,
      servers: undefined,
      expiresAt: undefined,
    }),
  ]);
  return { status, family, key, token: await keys.issue({ userId, sessionId: family.id, role: status.role }) };
}

type Entered = Awaited<ReturnType<typeof enter>>;

/** What takes a right away, and what of the credentials is over then. */
const endings: Readonly<
  Record<string, readonly [end: (who: Entered) => Promise<unknown>, over: readonly ('token' | 'key')[]]>
> = {
  'an ended session': [({ family }) => store.sessions.endFamily(family.id), ['token']],
  'a revoked key': [({ key }) => store.sessions.deleteKey(key.hash), ['key']],
  'a deactivated user': [
    ({ status }) => store.sessions.putUser({ ...status, isActive: false, version: new Date(2000) }),
    ['token', 'key'],
  ],
  'a lower role': [
    ({ status }) => store.sessions.putUser({ ...status, role: 'viewer', version: new Date(2000) }),
    ['token', 'key'],
  ],
};

/** Rights that outlive what took them away, when the authenticator reads by `through`. */
async function breaches(through: (sessions: SessionStore) => SessionStore): Promise<string[]> {
  const settings = { BASE_URL: baseUrl, ADMIN_TOTP: 'optional' as const };
  const authenticator = createAuthenticator({
    ...store,
    sessions: through(store.sessions),
    verificationKeys: keys,
    settings,
  });
  const mayCreate = async (credential: string): Promise<boolean> =>
    authenticator.authenticate(credential).then(
      ({ permissions }) => permissions.includes('mcps:create'),
      () => false,
    );
  const found: string[] = [];
  for (const [name, [end, over]] of Object.entries(endings)) {
    const who = await enter();
    const credentials = { token: who.token, key: who.key.text };
    for (const [kind, credential] of Object.entries(credentials))
      if (!(await mayCreate(credential))) found.push(`${name}: the ${kind} gave nothing before`);
    await end(who);
    for (const kind of over)
      if (await mayCreate(credentials[kind])) found.push(`${name}: the ${kind} still gives its rights`);
  }
  return found;
}

/** The planted breach: what was read once is believed. */
function remembering(sessions: SessionStore): SessionStore {
  const known = new Map<string, Promise<never>>();
  const once =
    <A extends unknown[], T>(read: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> => {
      const name = args.join();
      const answer = known.get(name) ?? (read(...args) as Promise<never>);
      known.set(name, answer);
      return answer;
    };
  return { ...sessions, session: once(sessions.session), key: once(sessions.key) };
}

/** The reads of DynamoDB while `work` runs. */
async function readsOf(work: () => Promise<unknown>): Promise<unknown[]> {
  const reads: unknown[] = [];
  const { request } = http;
  const seen = vi.spyOn(http, 'request').mockImplementation((...args: Parameters<typeof request>) => {
    const outgoing = request(...args);
    const end = outgoing.end.bind(outgoing);
    outgoing.end = (body: unknown) => {
      reads.push(JSON.parse(String(body)));
      return end(body);
    };
    return outgoing;
  });
  onTestFinished(() => seen.mockRestore());
  await work();
  seen.mockRestore();
  return reads;
}

describe('a right', () => {
  it('ends with the session, the key, the user or the role that gave it, on the next request', async () => {
    expect(await breaches((sessions) => sessions)).toEqual([]);
  });

  it('is caught when it outlives them', async () => {
    expect(await breaches(remembering)).toEqual([
      'an ended session: the token still gives its rights',
      'a revoked key: the key still gives its rights',
      ...['a deactivated user', 'a lower role'].flatMap((name) =>
        ['token', 'key'].map((kind) => `${name}: the ${kind} still gives its rights`),
      ),
    ]);
  });

  it.each(['token', 'key'] as const)('of a %s is looked up by one strongly consistent read', async (kind) => {
    const who = await enter();
    const authenticator = createAuthenticator({
      ...store,
      verificationKeys: keys,
      settings: { BASE_URL: baseUrl, ADMIN_TOTP: 'optional' },
    });
    const reads = await readsOf(() => authenticator.authenticate(kind === 'token' ? who.token : who.key.text));
    expect(reads).toHaveLength(1);
    expect(Object.values((reads[0] as { RequestItems: object }).RequestItems)).toEqual([
      { Keys: [expect.anything(), expect.anything()], ConsistentRead: true },
    ]);
  });
});

describe('without Redis, and whatever MySQL says', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp({ urls: { redis: 'http://127.0.0.1:9' } });
  });

  it('who may do what is the same', async () => {
    const [ada, admin] = [await app.signUp(), await app.enterAdmin()];
    const me = async () => app.call('GET', '/api/v1/auth/me', { token: ada.token });
    const users = async () => (await app.call('GET', '/api/v1/users', { token: ada.token })).status;
    const sql = await createConnection(app.database);
    await sql.query("UPDATE users SET role = 'admin' WHERE id = ?", [ada.id]);
    expect(await users()).toBe(403);
    await sql.query("UPDATE users SET role = 'developer', is_active = 0 WHERE id = ?", [ada.id]);
    await sql.end();
    expect((await app.call('GET', '/api/v1/mcps', { token: ada.token })).status).toBe(200);
    await app.call('PATCH', `/api/v1/users/${ada.id}`, {
      token: admin.token,
      json: { is_active: true, role: 'admin' },
    });
    expect(await users()).toBe(200);
    await app.call('POST', '/api/v1/auth/logout', { token: ada.token });
    expect((await me()).status).toBe(401);
  });
});
