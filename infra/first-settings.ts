import { fileURLToPath } from 'node:url';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { settingsSecrets } from './environment.ts';

/*
 * `npm run --silent first-settings` prints what the secrets of a new installation hold: fresh keys, and a place for each address and token of yours.
 * `npm run --silent first-settings -- redis` prints one secret's.
 */

export type FirstSettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** By secret, the variables that it holds. An empty one is to be filled in, or may stay empty where the installation does without. */
export function firstSettings(): FirstSettings {
  const signingKey = newSigningKey();
  const { d: _private, ...publicKey } = signingKey;
  const fresh: Readonly<Record<string, unknown>> = {
    JWT_PRIVATE_KEYS: [signingKey],
    JWT_PUBLIC_KEYS: [publicKey],
    ENCRYPTION_KEYS: [{ kty: 'oct', kid: randomUUID(), k: randomBytes(32).toString('base64url') }],
  };
  return Object.fromEntries(
    [...settingsSecrets].map(([secret, names]) => [
      secret,
      Object.fromEntries(names.map((name) => [name, fresh[name] ?? ''])),
    ]),
  );
}

function newSigningKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', kid: randomUUID() };
}

function main(): void {
  const wanted = process.argv[2];
  const all = firstSettings();
  const answer = wanted === undefined ? all : all[wanted];
  if (answer === undefined)
    throw new Error(`There is no secret "${wanted}"; there are ${Object.keys(all).join(', ')}.`);
  console.log(JSON.stringify(answer, null, 2));
}

// The launcher imports this file, so it is not Node's main module.
if (process.argv[1] === fileURLToPath(import.meta.url)) main();
