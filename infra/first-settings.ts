import { fileURLToPath } from 'node:url';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type * as z from 'zod';
import { discoverUses } from './discover-uses.ts';

/* `npm run first-settings` prints what the settings' secret of a new installation wants: fresh keys, and a place for each address and token of yours. */

/** Given by the stacks. */
const known = /^(MYSQL_|ECS_|SQS_|SOCKET_|DYNAMODB_)/;

/** A JSON object of the variables that an installation on AWS needs besides those that the stacks know. An empty one is to be filled in. */
export async function firstSettings(): Promise<Record<string, unknown>> {
  const required = [...(await discoverUses()).values()].flatMap(({ variables }) =>
    Object.entries(variables).filter(
      ([name, schema]) => !known.test(name) && !(schema as z.ZodType).safeParse(undefined).success,
    ),
  );
  const fresh: Readonly<Record<string, () => unknown>> = {
    JWT_PRIVATE_KEYS: () => [newSigningKey()],
    ENCRYPTION_KEYS: () => [{ kty: 'oct', kid: randomUUID(), k: randomBytes(32).toString('base64url') }],
  };
  return Object.fromEntries(required.map(([name]) => [name, fresh[name]?.() ?? '']));
}

function newSigningKey(): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', kid: randomUUID() };
}

// The launcher imports this file, so it is not Node's main module.
if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await firstSettings(), null, 2));
