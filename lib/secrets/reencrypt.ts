import { decodeProtectedHeader } from 'jose/decode/protected_header';
import type { Encryptor } from './encryptor.ts';

/** A place in the database that holds encrypted texts, e.g. `users.totp_secret`. */
interface EncryptedValue {
  readonly id: string;
  /** The whole value: one encrypted text, or several in JSON. */
  readonly text: string;
}

export interface EncryptedValues {
  readonly columns: readonly string[];
  /** Values of a column, by id, after `afterId`. */
  read(column: string, afterId: string, limit: number): Promise<EncryptedValue[]>;
  /** False when the value has changed in between. */
  replace(column: string, id: string, from: string, to: string): Promise<boolean>;
}

interface Services {
  readonly encryptedValues: EncryptedValues;
  readonly encryptor: Encryptor;
}

const batch = 200;
/** A compact JWE with a direct key: its second part is empty. */
const jwe = /eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+/g;

/** How many texts of each column are encrypted under which key, by the key's id. */
export async function inventory({ encryptedValues }: Services): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const column of encryptedValues.columns) {
    const counts = new Map<string, number>();
    for await (const { text } of valuesOf(encryptedValues, column))
      for (const [each] of text.matchAll(jwe)) counts.set(keyIdOf(each), (counts.get(keyIdOf(each)) ?? 0) + 1);
    found[column] = [...counts].map(([kid, count]) => `${kid}: ${count}`).join(', ') || 'nothing';
  }
  return found;
}

/**
 * Encrypts everything that is kept for long under the newest key, so that the older ones can be retired. May be killed and run again; what changes meanwhile is
 * left to the next run. What is kept for a day at most (answers of requests, inputs of tasks) is not touched.
 */
export async function reencrypt({ encryptedValues, encryptor }: Services): Promise<Record<string, string>> {
  const done: Record<string, string> = {};
  for (const column of encryptedValues.columns) {
    let renewed = 0;
    let passed = 0;
    for await (const { id, text } of valuesOf(encryptedValues, column)) {
      const next = await renew(encryptor, text);
      if (next === text) continue;
      if (await encryptedValues.replace(column, id, text, next)) renewed += 1;
      else passed += 1;
    }
    done[column] = `${renewed} renewed${passed > 0 ? `, ${passed} changed meanwhile: run it again` : ''}`;
  }
  return done;
}

async function* valuesOf(values: EncryptedValues, column: string): AsyncGenerator<EncryptedValue> {
  for (let afterId = ''; ;) {
    const found = await values.read(column, afterId, batch);
    yield* found;
    const last = found.at(-1);
    if (!last || found.length < batch) return;
    afterId = last.id;
  }
}

async function renew(encryptor: Encryptor, text: string): Promise<string> {
  let next = text;
  for (const [each] of text.matchAll(jwe)) {
    const { kid, place } = decodeProtectedHeader(each) as { kid?: string; place?: string };
    if (kid === encryptor.keyId || place === undefined) continue;
    next = next.replace(each, await encryptor.encrypt(await encryptor.decrypt(each, place), place));
  }
  return next;
}

function keyIdOf(encrypted: string): string {
  return decodeProtectedHeader(encrypted).kid ?? 'no key id';
}
