import { importJWK, type JWK } from 'jose';
import { readSettings, type Variables } from '../../lib/kernel/settings/settings.ts';
import type { DiscoveredFunction } from '../discover.ts';
import { discoverUses } from '../discover-uses.ts';
import { clusterAt, localEnvironment } from './environment.ts';
import { newEncryptionKeys } from './encryption-key.ts';
import { newSigningKey } from './signing-key.ts';

/**
 * Reads all variables of all uses before anything is started.
 * @throws Error, one line that names every variable that is wrong, never its value.
 */
export async function checkConfiguration(
  env: NodeJS.ProcessEnv,
  functions: readonly DiscoveredFunction[],
): Promise<void> {
  const uses = await discoverUses();
  const variables: Variables = Object.assign({}, ...[...uses.values()].map((use) => use.variables));
  const wrong = [...badUrls(env), ...badOrigins(env), ...unknownOperations(env, functions), ...(await badKeys(env))];
  try {
    readSettings(await asStarted(env), variables);
  } catch (error) {
    const named = new Set(wrong.map((line) => line.split(':')[0]));
    const more = (error as Error).message.replace(/^Configuration: /, '').split('; ');
    wrong.push(...more.filter((line) => !named.has(line.split(':')[0])));
  }
  if (wrong.length > 0) throw new Error(`The configuration is wrong. ${wrong.join('; ')}`);
}

/** What the platform itself sets has a value that passes, so that only the person's own variables are judged. */
async function asStarted(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const nowhere = 'http://127.0.0.1:1';
  const given = (name: string, otherwise: string): string => env[name] || otherwise;
  return localEnvironment({
    env: { ...clusterAt(nowhere, 'local'), SOCKET_MANAGEMENT_URL: nowhere, ...env },
    urls: {
      mysql: given('MYSQL_URL', 'mysql://127.0.0.1:1/x'),
      mongodb: given('MONGODB_URI', 'mongodb://127.0.0.1:1/x'),
      redis: given('UPSTASH_REDIS_REST_URL', nowhere),
      redisToken: given('UPSTASH_REDIS_REST_TOKEN', given('UPSTASH_REDIS_REST_URL', '') === '' ? 'x' : ''),
      dynamodb: given('DYNAMODB_ENDPOINT', nowhere),
      sqs: given('SQS_ENDPOINT', nowhere),
    },
    port: 1,
    signingKeys: JSON.stringify([await newSigningKey()]),
    encryptionKeys: newEncryptionKeys(),
  });
}

/** `localhost:8000` parses as a URL whose scheme is `localhost`, and leads nowhere. */
function badUrls(env: NodeJS.ProcessEnv): string[] {
  const names = Object.keys(env).filter((name) =>
    /^(?:BASE_URL|\w+_API_URL|\w+_BASE_URL|\w+_REST_URL|DYNAMODB_ENDPOINT|SQS_ENDPOINT)$/.test(name),
  );
  return names.flatMap((name) => {
    const text = env[name] ?? '';
    const url = URL.parse(text);
    const leads = url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '';
    return text === '' || leads ? [] : [`${name}: is not a URL of the form http://host:port or https://host`];
  });
}

function badOrigins(env: NodeJS.ProcessEnv): string[] {
  const origins = (env['CORS_ORIGINS'] ?? '').split(',').map((text) => text.trim());
  const bad = origins.some((text) => text !== '' && !/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#*"'[\]]+$/i.test(text));
  return bad ? ['CORS_ORIGINS: is not a list of origins such as https://app.example, separated by commas'] : [];
}

function unknownOperations(env: NodeJS.ProcessEnv, functions: readonly DiscoveredFunction[]): string[] {
  let limits: unknown;
  try {
    limits = JSON.parse(env['RATE_LIMITS'] || '{}');
  } catch {
    return ['RATE_LIMITS: is not JSON'];
  }
  const known = new Set(functions.map(({ id }) => id));
  const unknown = Object.keys(limits ?? {}).filter((id) => !known.has(id));
  return unknown.length === 0 ? [] : [`RATE_LIMITS: names no operation of the API: ${unknown.join(', ')}`];
}

/** Whether the signing keys are keys, which their form alone does not show. */
async function badKeys(env: NodeJS.ProcessEnv): Promise<string[]> {
  const text = env['JWT_PRIVATE_KEYS'] ?? '';
  if (text === '') return [];
  try {
    const keys = JSON.parse(text) as JWK[];
    await Promise.all(keys.map((key) => importJWK(key)));
    return [];
  } catch {
    return ['JWT_PRIVATE_KEYS: is not a JSON array of one or two private keys (JWK)'];
  }
}
