import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { environmentCredentials, signRequest } from '../../lib/adapters/aws/sign-request.ts';

export type Env = Readonly<Record<string, string | undefined>>;

const Answer = z.object({ SecretString: z.string() });
const Variables = z.record(z.string(), z.unknown());
/** As RDS keeps it. */
const Database = z.object({
  username: z.string(),
  password: z.string(),
  host: z.string(),
  port: z.coerce.number(),
  dbname: z.string(),
});

const deadlineMs = 2000;

/**
 * The environment with what Secrets Manager holds of it: the variables in the JSON secrets SETTINGS_SECRETS (separated by commas), and MYSQL_URL from RDS's own secret DATABASE_SECRET
 * (behind DATABASE_HOST, where there is a proxy). What the environment says itself goes first.
 *
 * Signed by hand, because an AWS client would cost every cold start 78 ms, and the secrets extension a process.
 * @throws Error that names the secret, never what is in it.
 */
export async function withSecrets(env: Env): Promise<Env> {
  const ids = (env['SETTINGS_SECRETS'] ?? '').split(',').filter((id) => id !== '');
  const [database, ...settings] = await Promise.all([
    databaseUrl(env, 'DATABASE_SECRET'),
    ...ids.map((id) => readSecret(env, 'SETTINGS_SECRETS', id, Variables)),
  ]);
  const variables = settings
    .flatMap((secret) => Object.entries(secret))
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const);
  const set = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  return {
    ...(database !== undefined && { MYSQL_URL: database }),
    ...Object.fromEntries(variables),
    ...Object.fromEntries(set),
  };
}

export function namesSecrets(env: Env): boolean {
  return Boolean(env['SETTINGS_SECRETS'] || env['DATABASE_SECRET']);
}

/** Where the database of a secret is, for the user whose secret it is; undefined where the variable names none. */
export async function databaseUrl(
  env: Env,
  variable: 'DATABASE_SECRET' | 'APPLICATION_SECRET',
): Promise<string | undefined> {
  const id = env[variable];
  return id ? mysqlUrl(await readSecret(env, variable, id, Database), env) : undefined;
}

/** Over TLS: with a certificate for that very host, of an authority in the file DATABASE_CA. */
function mysqlUrl({ username, password, host, port, dbname }: z.output<typeof Database>, env: Env): string {
  const who = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  const file = env['DATABASE_CA'];
  const tls = { verifyIdentity: true, ...(file && { ca: readFileSync(file, 'utf8') }) };
  const server = `${env['DATABASE_HOST'] || host}:${port}/${dbname}`;
  return `mysql://${who}@${server}?ssl=${encodeURIComponent(JSON.stringify(tls))}`;
}

async function readSecret<S extends z.ZodType>(
  env: Env,
  variable: string,
  id: string,
  schema: S,
): Promise<z.output<S>> {
  try {
    // Once more, because a connection that was opened before Lambda froze the process is dead when it wakes.
    const text = await getSecretValue(env, id).catch(() => getSecretValue(env, id));
    return schema.parse(JSON.parse(Answer.parse(JSON.parse(text)).SecretString));
  } catch (error) {
    throw unreadable(`${variable} ${id}`, error);
  }
}

/** A parser's error quotes what it was reading, so it goes no further. */
function unreadable(what: string, error: unknown): Error {
  if (error instanceof SyntaxError) return new Error(`${what}: is not JSON`);
  const reason =
    error instanceof z.ZodError
      ? `lacks ${error.issues.map(({ path }) => path.join('.')).join(', ')}`
      : (error as Error).message;
  return new Error(`${what}: ${reason}`, { cause: error });
}

function getSecretValue(env: Env, id: string): Promise<string> {
  const region = env['AWS_REGION'] ?? 'us-east-1';
  const url = new URL(env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] || `https://secretsmanager.${region}.amazonaws.com`);
  const body = JSON.stringify({ SecretId: id });
  const headers = signRequest(environmentCredentials(env) ?? { accessKeyId: '', secretAccessKey: '' }, {
    service: 'secretsmanager',
    region,
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
    },
    body,
    at: new Date(),
  });
  return post(url, headers, body);
}

async function post(url: URL, headers: Record<string, string>, body: string): Promise<string> {
  // A function without secrets starts without the network.
  const { request } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'));
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(deadlineMs);
    const asked = request(url, { method: 'POST', headers, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject).on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`Secrets Manager answered ${response.statusCode} ${errorTypeOf(text)}`.trim()));
      });
    });
    asked.on('error', reject).end(body);
  });
}

function errorTypeOf(text: string): string {
  return /"__type"\s*:\s*"(?:[^"]*#)?(\w+)"/.exec(text)?.[1] ?? '';
}
