import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { invalidField } from '../kernel/errors/problem.ts';
import { isCommonPassword } from './common-passwords.ts';

/** argon2id as OWASP's Password Storage Cheat Sheet recommends it: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const saltLength = 16;
const tagLength = 32;

export const maxPasswordLength = 256;

interface Hash {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** From this length on a password needs no mixture of characters (OWASP ASVS 5.0, 6.2.5). */
const passphraseLength = 15;

/** What is wrong with the form of a new password; undefined when nothing is. */
export function passwordFault(password: string): string | undefined {
  const text = password.normalize('NFKC');
  if (text.length >= passphraseLength) return undefined;
  if (text.length < 8) return 'At least 8 characters';
  if (!/\p{Lu}/u.test(text)) return 'At least one upper-case letter, or 15 characters of any kind';
  if (!/\p{Ll}/u.test(text)) return 'At least one lower-case letter, or 15 characters of any kind';
  if (!/\p{Nd}/u.test(text)) return 'At least one digit, or 15 characters of any kind';
  return undefined;
}

/** @throws Problem `validation-error` for a common password, or one that is made of the user's own name or address. */
export async function assertUncommon(
  password: string,
  { username, email }: { readonly username: string; readonly email: string },
  field: string,
): Promise<void> {
  if (await isCommonPassword(password, [username, email]))
    throw invalidField([field], 'On the list of common passwords, or easily made from one of them', 'common_password');
}

/** argon2id in PHC string form, with its parameters and a new salt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltLength);
  const tag = await derive(password, { ...cost, salt }, tagLength);
  const parameters = `m=${cost.memory},t=${cost.passes},p=${cost.parallelism}`;
  return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Compares in constant time. Without a hash (nobody has that name) it takes as long, and answers false. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  if (hash === undefined) {
    await derive(password, { ...cost, salt: Buffer.alloc(saltLength) }, tagLength);
    return false;
  }
  const { tag, ...parameters } = readHash(hash);
  return timingSafeEqual(await derive(password, parameters, tag.byteLength), tag);
}

/** Whether a hash was made with other parameters than today's. */
export function isOutdated(hash: string): boolean {
  const { memory, passes, parallelism, salt, tag } = readHash(hash);
  return (
    memory !== cost.memory ||
    passes !== cost.passes ||
    parallelism !== cost.parallelism ||
    salt.byteLength !== saltLength ||
    tag.byteLength !== tagLength
  );
}

function derive(password: string, { memory, passes, parallelism, salt }: Omit<Hash, 'tag'>, length: number) {
  const message = password.normalize('NFKC');
  return promisify(argon2)('argon2id', { message, nonce: salt, memory, passes, parallelism, tagLength: length });
}

function readHash(hash: string): Hash {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  if (!found) throw new Error('A stored password hash is not argon2id in PHC string form.');
  const [, memory, passes, parallelism, salt = '', tag = ''] = found;
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
