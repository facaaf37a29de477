import { describe, expect, it } from 'vitest';
import { isCommonPassword } from '../../../lib/auth/common-passwords.ts';
import { hashPassword, isOutdated, passwordFault, verifyPassword } from '../../../lib/auth/passwords.ts';
import { outdatedHash } from './outdated-hash.ts';

async function timeRefusal(hash: string | undefined): Promise<number> {
  const startedAt = performance.now();
  expect(await verifyPassword('Wrong-Horse-7', hash)).toBe(false);
  return performance.now() - startedAt;
}

describe('a password hash', () => {
  it('is argon2id with its parameters and a salt of its own', async () => {
    const [one, two] = await Promise.all([hashPassword('Correct-Horse-7'), hashPassword('Correct-Horse-7')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
  });

  it('holds for its password alone', async () => {
    const hash = await hashPassword('Correct-Horse-7');
    expect(await verifyPassword('Correct-Horse-7', hash)).toBe(true);
    expect(await verifyPassword('correct-horse-7', hash)).toBe(false);
    expect(await verifyPassword('', hash)).toBe(false);
  });

  it('holds however the same characters were typed', async () => {
    const hash = await hashPassword('Caf\u00e9-Ångström-7');
    expect(await verifyPassword('Cafe\u0301-A\u030Angstro\u0308m-7', hash)).toBe(true);
  });

  it('is verified by its own parameters, and known as outdated', async () => {
    const old = outdatedHash('Correct-Horse-7');
    expect(await verifyPassword('Correct-Horse-7', old)).toBe(true);
    expect(await verifyPassword('Wrong-Horse-7', old)).toBe(false);
    expect(isOutdated(old)).toBe(true);
    expect(isOutdated(await hashPassword('Correct-Horse-7'))).toBe(false);
  });

  it('that is none is an error and not a wrong password', async () => {
    await expect(verifyPassword('Correct-Horse-7', '$2b$10$abc')).rejects.toThrow(/not argon2id/);
  });

  it('costs a whole derivation for nobody too', async () => {
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) times.push(await timeRefusal(undefined));
    // A derivation in 19 MiB takes longer than this on any machine; a look-up that finds nobody takes microseconds.
    expect(Math.min(...times)).toBeGreaterThan(3);
  });
});

describe('a new password', () => {
  it.each([
    ['Ab1', 'At least 8 characters'],
    ['lower-case-7', 'At least one upper-case letter, or 15 characters of any kind'],
    ['UPPER-CASE-7', 'At least one lower-case letter, or 15 characters of any kind'],
    ['No-Digit-Here', 'At least one digit, or 15 characters of any kind'],
  ])('%s is refused: %s', (password, fault) => {
    expect(passwordFault(password)).toBe(fault);
  });

  it.each(['Correct-Horse-7', 'Grün-Köln-42', 'Пароль-Лось-7', 'SecurePass123!', 'correct horse battery staple'])(
    '%s is taken',
    async (password) => {
      expect(passwordFault(password)).toBeUndefined();
      expect(await isCommonPassword(password)).toBe(false);
    },
  );

  it.each([
    'Password1',
    'pAsSwOrD123',
    'P@ssw0rd',
    'Ｐassword１',
    'Password123!',
    '!!Welcome1!!',
    'Qwerty123!',
    'Summer2026!',
    'Pass-word-1',
    'Letmein1Letmein1',
    'Mcpplatform1',
    'aaaaaaaaaaaaaaaa',
    'passwordpassword',
  ])('%s is common', async (password) => {
    expect(await isCommonPassword(password)).toBe(true);
  });

  it('is none of the 3,000 that people use most, in their usual decorations neither', async () => {
    const { dictionary } = await import('@zxcvbn-ts/language-common');
    const words = dictionary['passwords-common'].slice(0, 3_000);
    expect(words).toHaveLength(3_000);
    for (const word of words) expect([word, await isCommonPassword(word)]).toEqual([word, true]);
    // One of digits alone is refused for its composition already.
    const long = words.filter((word) => /^[a-z]{3,}$/.test(word));
    expect(long.length).toBeGreaterThan(1_000);
    for (const word of long) expect([word, await isCommonPassword(`${word.toUpperCase()}1!`)]).toEqual([word, true]);
  });

  it("is not the user's own name or address in decorations", async () => {
    const personal = ['grace.hopper', 'murray@navy.example'];
    expect(await isCommonPassword('GraceHopper1906', personal)).toBe(true);
    expect(await isCommonPassword('Murray1906!', personal)).toBe(true);
    expect(await isCommonPassword('Murray-Cobol-1906', personal)).toBe(false);
  });
});
