import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../../lib/upstream/json-rpc.ts';

const maxBytes = 1_000_000;
const passedOver = /(^|\/)(node_modules|\.npm|\.cache)(\/|$)/;

/**
 * Makes the tokens in a client's files ones that have expired: the client's own notes say so, and the platform refuses them. Refresh tokens stay.
 * @throws Error when there is no file with tokens.
 */
export async function expireTokens(folder: string): Promise<void> {
  let expired = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || passedOver.test(file.slice(folder.length)) || (await stat(file)).size > maxBytes) continue;
    const text = await readFile(file, 'utf8');
    if (!/refresh_?token/i.test(text) || !text.startsWith('{')) continue;
    await writeFile(file, JSON.stringify(asExpired(JSON.parse(text))));
    expired += 1;
  }
  if (expired === 0) throw new Error('The client keeps its tokens in no file of its folder.');
}

function asExpired(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asExpired);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, of]) => {
      if (/^access_?token$/i.test(name) && typeof of === 'string') return [name, `${of.slice(0, -8)}AAAAAAAA`];
      if (/^expires/i.test(name) && typeof of === 'number') return [name, of > maxSeconds ? 1 : 0];
      return [name, asExpired(of)];
    }),
  );
}

/** A greater number is a point in time. */
const maxSeconds = 1_000_000;
