import { fileURLToPath } from 'node:url';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { settingsSecrets } from './environment.ts';
import { runProgram, UsageError } from './program.ts';

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

const program = {
  name: 'first-settings',
  about:
    'Prints what the secrets of a new installation hold: fresh keys, and a place for each address and token of yours. With a name, what that secret holds.',
  args: '[secret]',
} as const;

// The launcher imports this file, so it is not Node's main module.
if (process.argv[1] === fileURLToPath(import.meta.url))
  await runProgram(program, ({ args: [secret] }) => {
    const all = firstSettings();
    const wanted = secret === undefined ? all : all[secret];
    if (wanted === undefined)
      throw new UsageError(`There is no secret "${secret}". There are: ${Object.keys(all).join(', ')}.`);
    console.log(JSON.stringify(wanted, null, 2));
  });
