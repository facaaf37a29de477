import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectMysql, type Mysql } from '../../../lib/adapters/mysql/connection.ts';
import { mysqlOutbox } from '../../../lib/adapters/mysql/outbox.ts';
import { mysqlUserStore } from '../../../lib/adapters/mysql/users.ts';
import { login } from '../../../lib/auth/login.ts';
import { hashPassword } from '../../../lib/auth/passwords.ts';
import type { User, UserStore } from '../../../lib/auth/ports.ts';
import { newId } from '../../../lib/kernel/ids.ts';
import { freshDatabase, type TestDatabase } from '../../stores.ts';
import { type Keys, newEncryptor, newSigningKeys } from './keys.ts';
import { outdatedHash } from './outdated-hash.ts';
import { startSessionStore } from './start-sessions.ts';

const password = 'Correct-Horse-7';
const silentRelay = { send: async () => undefined };

let database: TestDatabase;
let mysql: Mysql;
let users: UserStore;
let store: Awaited<ReturnType<typeof startSessionStore>>;
let keys: Keys;

beforeAll(async () => {
  [database, store, keys] = await Promise.all([freshDatabase(), startSessionStore(), newSigningKeys()]);
  mysql = connectMysql({ url: database.url, pool: 2 });
  users = mysqlUserStore(mysql);
});
afterAll(async () => {
  await mysql.end();
  await Promise.all([database.drop(), store.stop()]);
});

async function addUser(over: Partial<User> = {}): Promise<User> {
  const id = newId();
  const user: User = {
    id,
    username: `u${id.slice(-12)}`,
    email: `${id.slice(-12)}@example.com`,
    role: 'developer',
    isActive: true,
    passwordHash: await hashPassword(password),
    passwordIsTemporary: false,
    secondFactor: undefined,
    createdAt: new Date(1_700_000_000_001),
    updatedAt: new Date(1_700_000_000_002),
    ...over,
  };
  await users.insert(user);
  return user;
}

const enter = ({ username }: User, secret = password) =>
  login(
    {
      ...store,
      users,
      signingKey: keys,
      outbox: mysqlOutbox(mysql),
      relay: silentRelay,
      encryptor: newEncryptor(),
      settings: { RATE_LIMIT_SCALE: 100 },
    },
    { username, password: secret },
    { address: '192.0.2.7', userAgent: 'test' },
  );

describe('login', () => {
  it('keeps users as they were put, to the millisecond', async () => {
    const user = await addUser();
    expect(await users.byId(user.id)).toEqual(user);
    expect(await users.byLogin(user.email.toUpperCase())).toEqual(user);
    expect(await users.byLogin('nobody')).toBeUndefined();
  });

  it('makes a better hash of the password that was right, and of no other', async () => {
    const user = await addUser({ passwordHash: outdatedHash(password) });
    await expect(enter(user, 'Wrong-Horse-7')).rejects.toMatchObject({ type: 'invalid-credentials' });
    expect((await users.byId(user.id))?.passwordHash).toBe(user.passwordHash);
    await enter(user);
    const better = await users.byId(user.id);
    expect(better?.passwordHash).toMatch(/m=19456,t=2,p=1/);
    expect(better?.updatedAt).toEqual(user.updatedAt);
    await enter(user);
  });

  it('does not put an old password back that was changed meanwhile', async () => {
    const user = await addUser();
    await users.rehashPassword(user.id, '$argon2id$the-hash-before', '$argon2id$better');
    expect((await users.byId(user.id))?.passwordHash).toBe(user.passwordHash);
  });

  it('answers a deactivated user as it answers a wrong password', async () => {
    const user = await addUser({ isActive: false });
    await expect(enter(user)).rejects.toMatchObject({ type: 'invalid-credentials' });
    expect(await store.sessions.user(user.id)).toBeUndefined();
  });

  it('writes the standing that a crash had left out, and never an older one', async () => {
    const user = await addUser();
    await enter(user);
    expect(await store.sessions.user(user.id)).toMatchObject({ role: 'developer', isActive: true });
    await mysql.execute("UPDATE users SET role = 'viewer', updated_at = ? WHERE id = ?", [
      new Date(1_700_000_000_003),
      user.id,
    ]);
    await enter(user);
    expect(await store.sessions.user(user.id)).toMatchObject({ role: 'viewer' });
    await store.sessions.putUser({
      userId: user.id,
      role: 'admin',
      isActive: true,
      hasSecondFactor: false,
      version: user.updatedAt,
    });
    expect(await store.sessions.user(user.id)).toMatchObject({ role: 'viewer' });
  });
});
