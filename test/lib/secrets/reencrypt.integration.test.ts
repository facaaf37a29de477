import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectMysql, type Mysql } from '../../../lib/adapters/mysql/connection.ts';
import { mysqlEncryptedValues } from '../../../lib/adapters/mysql/encrypted-values.ts';
import { mysqlUserStore } from '../../../lib/adapters/mysql/users.ts';
import type { User } from '../../../lib/auth/ports.ts';
import { newId } from '../../../lib/kernel/ids.ts';
import { type Encryptor, readEncryptor } from '../../../lib/secrets/encryptor.ts';
import { inventory, reencrypt } from '../../../lib/secrets/reencrypt.ts';
import { freshDatabase } from '../../stores.ts';

const key = (kid: string) => ({ kid, k: Buffer.alloc(32, kid).toString('base64url') });
const under = (...kids: string[]): Encryptor => readEncryptor({ ENCRYPTION_KEYS: kids.map(key) });

let mysql: Mysql;
beforeAll(async () => {
  const database = await freshDatabase();
  mysql = connectMysql({ url: database.url, pool: 2 });
  afterAll(async () => {
    await mysql.end();
    await database.drop();
  });
});

async function addUser(encryptor: Encryptor, secret: string): Promise<User> {
  const id = newId();
  const user: User = {
    id,
    username: `u${id.slice(-12)}`,
    email: `${id.slice(-12)}@example.com`,
    role: 'developer',
    isActive: true,
    passwordHash: '',
    passwordIsTemporary: false,
    secondFactor: {
      secret: await encryptor.encrypt(secret, `totp:${id}`),
      isConfirmed: true,
      lastStep: 0,
      recoveryHashes: [],
    },
    createdAt: new Date(1000),
    updatedAt: new Date(1000),
  };
  await mysqlUserStore(mysql).insert(user);
  return user;
}

describe('an encryption key', () => {
  it('can be retired: what was encrypted under it is found by its id, renewed, and read without it', async () => {
    const [old, both] = [under('old'), under('new', 'old')];
    const users = [await addUser(old, 'one'), await addUser(old, 'two'), await addUser(both, 'three')];
    const encryptedValues = mysqlEncryptedValues(mysql);
    expect((await inventory({ encryptedValues, encryptor: both }))['users.totp_secret']).toBe('old: 2, new: 1');
    expect((await reencrypt({ encryptedValues, encryptor: both }))['users.totp_secret']).toBe('2 renewed');
    expect((await inventory({ encryptedValues, encryptor: both }))['users.totp_secret']).toBe('new: 3');
    const read = await Promise.all(
      users.map(async ({ id }) => {
        const user = await mysqlUserStore(mysql).byId(id);
        return under('new').decrypt(user?.secondFactor?.secret ?? '', `totp:${id}`);
      }),
    );
    expect(read).toEqual(['one', 'two', 'three']);
    expect((await reencrypt({ encryptedValues, encryptor: both }))['users.totp_secret']).toBe('0 renewed');
  });

  it('that is still needed is not forgotten in silence', async () => {
    const user = await addUser(under('lost'), 'four');
    await expect(reencrypt({ encryptedValues: mysqlEncryptedValues(mysql), encryptor: under('new') })).rejects.toThrow(
      /not in ENCRYPTION_KEYS/,
    );
    expect(await mysqlUserStore(mysql).byId(user.id)).toEqual(user);
  });
});
