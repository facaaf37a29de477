import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { inject } from 'vitest';
import { apiDescriptionOf } from '../infra/api-description.ts';
import { discover, type DiscoveredFunction } from '../infra/discover.ts';
import { type Application, startApplication } from '../infra/local/application.ts';
import { newEncryptionKeys } from '../infra/local/encryption-key.ts';
import { onFreePort } from '../infra/local/process/free-port.ts';
import { answerCheck, type ApiDocument } from './described-answers.ts';
import { freshDatabase } from './stores.ts';
import { afterFile } from './after-file.ts';
import { noteTrouble } from './trouble.ts';

/*
 * The platform for one test file: its own database, tables, queues and cache keys on the stores that the test run has started once, with the real
 * gateway in this process, so that coverage sees the functions.
 */

export interface Reply<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; an empty object where it is not JSON. */
  readonly body: Body;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly apiKey?: string | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SignedUp {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly token: string;
  readonly refreshToken: string;
}

export interface App {
  readonly url: string;
  readonly stage: string;
  /** Address of its database. */
  readonly database: string;
  /** The same for the schema's owner. */
  readonly ownerDatabase: string;
  /** The report lines so far. */
  readonly lines: readonly string[];
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  /** Registers a user and logs in. */
  signUp(role?: 'developer' | 'viewer'): Promise<SignedUp>;
  /** Makes an admin, as the operator does, and logs in. */
  enterAdmin(): Promise<SignedUp>;
  readonly invoke: Application['invoke'];
}

export interface AppOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly functions?: readonly DiscoveredFunction[];
  /** Addresses that replace the test run's stores, to see what happens when one is away. */
  readonly urls?: Partial<Record<'mysql' | 'mongodb' | 'redis' | 'dynamodb' | 'sqs', string>>;
}

/** Starts the platform for this file and stops it after the file's tests. */
export async function startApp(options: AppOptions = {}): Promise<App> {
  const stage = `t${randomBytes(5).toString('hex')}`;
  const stores = inject('stores');
  const database = await freshDatabase();
  const state = await mkdtemp(join(tmpdir(), 'application-'));
  const lines: string[] = [];
  const functions = options.functions ?? (await discover());
  const application = await onFreePort(undefined, async (port) =>
    startApplication({
      functions,
      urls: {
        ...stores,
        mysql: database.url,
        mysqlOwner: database.ownerUrl,
        mongodb: withDatabase(stores.mongodb, stage),
        ...options.urls,
      },
      state,
      env: { STAGE: stage, BASE_URL: `http://127.0.0.1:${port}`, ...options.env },
      port,
      signingKeys: await newSigningKeys(),
      encryptionKeys: newEncryptionKeys(),
      report: () => undefined,
      write: (line) => {
        lines.push(line);
        noteTrouble(line);
      },
    }),
  );
  afterFile(async () => {
    await application.stop();
    await database.drop();
    await rm(state, { recursive: true, force: true });
  });
  const { url, invoke } = application;
  const patient = await describedCall(url, functions, triesOfStores);
  const call = options.urls === undefined ? patient : await describedCall(url, functions, 1);
  lines.length = 0;
  return {
    url,
    stage,
    database: options.urls?.mysql ?? database.url,
    ownerDatabase: database.ownerUrl,
    lines,
    call,
    signUp: (role = 'developer') => signUp(patient, role),
    enterAdmin: () => enterAdmin(patient, invoke),
    invoke,
  };
}

export async function newSigningKeys(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return JSON.stringify([{ ...(await exportJWK(privateKey)), kid: randomBytes(6).toString('hex'), alg: 'ES256' }]);
}

function withDatabase(mongodb: string, database: string): string {
  const url = new URL(mongodb);
  url.pathname = `/${database}`;
  return url.href;
}

/** By the functions that are described: what one file has compiled serves the next one too. */
const checks = new Map<string, ReturnType<typeof answerCheck>>();

const triesOfStores = 4;

/**
 * MySQL or DynamoDB may be too slow for its deadline on a busy machine, though it is there, and a request may be on its way for longer than the gateway waits (408). Who is told to come again after a second, or was
 * not heard, does, and says so.
 */
export async function againWhileBusy<R extends Pick<Response, 'status' | 'headers'>>(
  what: string,
  ask: () => Promise<R>,
  mostTries: number = triesOfStores,
): Promise<R> {
  const reply = await ask();
  const isBusy = reply.status === 408 || (reply.status === 503 && reply.headers.get('retry-after') === '1');
  if (mostTries === 1 || !isBusy) return reply;
  console.warn(`${what} is asked again.`);
  return againWhileBusy(what, ask, mostTries - 1);
}

/** Calls, again where a store that is there was too slow, and refuses an answer that the API's description does not describe. */
async function describedCall(
  url: string,
  functions: readonly DiscoveredFunction[],
  mostTries: number,
): Promise<App['call']> {
  const described = functions.map(({ file }) => file).join();
  const faultOf = checks.get(described) ?? answerCheck(await readDescription(url, functions));
  checks.set(described, faultOf);
  return async (method, path, options) => {
    const reply = await againWhileBusy(`${method} ${path}`, () => callHttp(url, method, path, options), mostTries);
    const fault = faultOf(method, path, reply);
    if (fault !== undefined)
      throw new Error(`${method} ${path} answered what is not described: ${fault}\n${reply.text}`);
    return reply;
  };
}

/** As it is served, or as it would be where the chosen functions are without the one that serves it. */
async function readDescription(url: string, functions: readonly DiscoveredFunction[]): Promise<ApiDocument> {
  if (!functions.some(({ id }) => id === 'get-openapi')) {
    const openapi = await apiDescriptionOf(functions, '0.0.0').openapi();
    return JSON.parse(JSON.stringify(openapi)) as ApiDocument;
  }
  const { status, text } = await callHttp(url, 'GET', '/api/openapi.json');
  if (status !== 200) throw new Error(`the API's description answered ${status}: ${text}`);
  return JSON.parse(text) as ApiDocument;
}

async function callHttp(url: string, method: string, path: string, options: CallOptions = {}): Promise<Reply> {
  const { token, apiKey, json, raw, headers } = options;
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
      ...headers,
    },
    body: raw ?? (json === undefined ? null : JSON.stringify(json)),
  });
  const text = await response.text();
  const isJson = text !== '' && /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? (JSON.parse(text) as Reply['body']) : {},
  };
}

async function signUp(call: App['call'], role: string): Promise<SignedUp> {
  const username = `u${randomBytes(6).toString('hex')}`;
  const password = newPassword();
  const registered = await call('POST', '/api/v1/auth/register', {
    json: { username, email: `${username}@example.org`, password, role },
  });
  if (registered.status !== 201) throw new Error(`register answered ${registered.status}: ${registered.text}`);
  return logIn(call, { id: String(registered.body['id']), username, password });
}

async function enterAdmin(call: App['call'], invoke: App['invoke']): Promise<SignedUp> {
  const email = `a${randomBytes(6).toString('hex')}@example.org`;
  const made = (await invoke('run-admin', { command: 'create', email })) as Omit<SignedUp, 'token' | 'refreshToken'>;
  return logIn(call, { ...made, password: newPassword() }, made.password);
}

function newPassword(): string {
  return `Quill${randomBytes(6).toString('hex')}x9`;
}

async function logIn(
  call: App['call'],
  { id, username, password }: Omit<SignedUp, 'token' | 'refreshToken'>,
  temporary?: string,
): Promise<SignedUp> {
  const json = { username, password: temporary ?? password, ...(temporary && { new_password: password }) };
  const { status, text, body } = await call('POST', '/api/v1/auth/login', { json });
  if (status !== 200) throw new Error(`login answered ${status}: ${text}`);
  return {
    id,
    username,
    password,
    token: String(body['access_token']),
    refreshToken: String(body['refresh_token']),
  };
}
