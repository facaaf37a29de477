import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Answer, PathOf, Request, Verb } from './typed-call.ts';

/* The platform as the command line reaches it: over HTTP, with a key of its own. */

/** What ends the program: a sentence for the person, and the exit status for scripts. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: 1 | 2 | 3 | 4 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface Account {
  readonly url: string;
  readonly key?: string | undefined;
  readonly key_id?: string | undefined;
}

const file = join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'mcpp', 'account.json');
const defaultUrl = 'http://localhost:8000';

/** MCPP_URL and MCPP_API_KEY, else what `mcpp login` has kept. */
export function readAccount(): Account {
  const kept = readKept();
  const url = process.env['MCPP_URL'] ?? kept?.url ?? defaultUrl;
  // A key goes to the platform that made it and to no other.
  return { url, key: process.env['MCPP_API_KEY'] ?? (kept?.url === url ? kept.key : undefined), key_id: kept?.key_id };
}

function readKept(): Account | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Account;
  } catch {
    // Nobody has logged in yet.
    return undefined;
  }
}

/** Only its owner may read the file. @returns where it is. */
export function keepAccount(account: Account): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(account, null, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
}

export function forgetAccount(): void {
  rmSync(file, { force: true });
}

interface ProblemBody {
  readonly type?: string;
  readonly detail?: string;
  readonly request_id?: string;
  /** In OAuth's own form. */
  readonly error?: string;
  readonly error_description?: string;
  readonly errors?: readonly { readonly pointer: string; readonly msg: string; readonly line?: number }[];
}

/** What the platform refused; `type` is the last part of the problem's type, or OAuth's code. */
export class Refusal extends Failure {
  readonly type: string;
  readonly status: number;

  constructor(status: number, body: ProblemBody) {
    const errors = body.errors ?? [];
    // One alone stands in the sentence already.
    const more = (errors.length > 1 ? errors : [])
      .slice(0, 20)
      .map(({ pointer, msg, line }) => `\n  ${pointer || '/'} ${msg}${line ? ` (line ${line})` : ''}`);
    const hint = status === 401 ? '\nLog in with `mcpp login`, or set MCPP_API_KEY.' : '';
    const request = status >= 500 && body.request_id ? ` (request ${body.request_id})` : '';
    super(
      `${body.detail ?? body.error_description ?? `The platform answered ${status}.`}${request}${more.join('')}${hint}`,
      exitCodeOf(status),
    );
    this.type = body.error ?? body.type?.split(':').at(-1) ?? '';
    this.status = status;
  }
}

function exitCodeOf(status: number): 1 | 3 | 4 {
  if (status === 401 || status === 403) return 3;
  return status === 404 ? 4 : 1;
}

/** @throws Refusal; Failure when the platform cannot be reached. */
export async function call<V extends Verb, P extends PathOf<V>>(
  method: V,
  path: P,
  request: Request<V, P>,
): Promise<Answer<V, P>> {
  const given = request as Given;
  const { url: base, key } = readAccount();
  const url = new URL(filled(path, given.path ?? {}), base);
  for (const [name, value] of Object.entries(given.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const response = await fetch(url, {
    method,
    headers: {
      ...(given.json !== undefined && { 'content-type': 'application/json' }),
      ...(given.text !== undefined && { 'content-type': given.type ?? 'text/plain' }),
      ...(given.token === undefined
        ? key !== undefined && { 'x-api-key': key }
        : { authorization: `Bearer ${given.token}` }),
    },
    body: given.text ?? (given.json === undefined ? null : JSON.stringify(given.json)),
  }).catch((cause: unknown) => {
    throw new Failure(`${base} cannot be reached: ${reasonOf(cause)}. MCPP_URL names another platform.`);
  });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  if (!response.ok) throw new Refusal(response.status, isJson ? (JSON.parse(text) as ProblemBody) : {});
  return (isJson ? JSON.parse(text) : text) as Answer<V, P>;
}

/** What every request may hold; its type says what this one does. */
interface Given {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly json?: unknown;
  readonly text?: string;
  readonly type?: string;
  readonly token?: string;
}

function filled(path: string, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error ? (cause.cause as { code?: string } | undefined) : undefined;
  return inner?.code ?? (cause instanceof Error ? cause.message : String(cause));
}
