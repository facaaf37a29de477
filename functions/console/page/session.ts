import type { Me } from './people-types.ts';

/*
 * Who is signed in, and how the page calls the API. Tokens are kept in this tab's memory. Only while the page reloads does the refresh token lie in the tab's
 * session storage, so that a reload does not sign out and a copy of the tab does not share a token.
 */

interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

/** What the API refused, as it says it (RFC 9457). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly type: string;
  readonly requestId: string | undefined;
  readonly errors: readonly { readonly pointer: string; readonly msg: string; readonly line?: number }[];

  constructor(status: number, body: Partial<Record<string, unknown>>) {
    super(typeof body['detail'] === 'string' ? body['detail'] : `The platform answered ${status}.`);
    this.name = 'ApiProblem';
    this.status = status;
    this.type = (body['type'] as string | undefined)?.split(':').at(-1) ?? '';
    this.requestId = body['request_id'] as string | undefined;
    this.errors = (body['errors'] as ApiProblem['errors'] | undefined) ?? [];
  }
}

const storageKey = 'mcp-console';
/** A token is renewed this long before it ends. */
const earlyMs = 30_000;

let tokens: { access: string; refresh: string; renewAt: number } | undefined;
let me: Me | undefined;
let renewing: Promise<void> | undefined;
const listeners = new Set<() => void>();

export function currentUser(): Me | undefined {
  return me;
}

/** Whether the signed-in user has a permission. */
export function can(permission: string): boolean {
  return me?.permissions.some((grant) => grant === '*:*' || grant === permission) ?? false;
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @throws ApiProblem, of type `totp-required` or `password-change-required` when more is needed. */
export async function signIn(credentials: Readonly<Record<string, string>>): Promise<void> {
  keep(await send<TokenPair>('POST', '/api/v1/auth/login', { json: credentials }));
  await loadMe();
}

/** Takes the session up that the page had before it was reloaded, if it had one. */
export async function resumeSession(): Promise<void> {
  const refresh = sessionStorage.getItem(storageKey);
  sessionStorage.removeItem(storageKey);
  if (refresh === null) return;
  tokens = { access: '', refresh, renewAt: 0 };
  try {
    await loadMe();
  } catch {
    // The session is over, or the platform is away: the sign-in page says the rest.
    forget();
  }
}

export async function signOut(): Promise<void> {
  const refresh = tokens?.refresh;
  try {
    await call('POST', '/api/v1/auth/logout', { json: { refresh_token: refresh } });
  } finally {
    forget();
  }
}

async function loadMe(): Promise<void> {
  me = await call<Me>('GET', '/api/v1/auth/me');
  announce();
}

export interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly json?: unknown;
  readonly body?: string | FormData;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the API as the signed-in user. @throws ApiProblem. */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  await renewIfDue();
  try {
    return await send<T>(method, path, options);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401 && tokens) {
      // Ended elsewhere, by a password change or an admin, say. One more try with a new token decides.
      await renew();
      return send<T>(method, path, options);
    }
    throw error;
  }
}

async function renewIfDue(): Promise<void> {
  if (tokens && Date.now() >= tokens.renewAt) await renew();
}

/** One at a time: a refresh token is good once. */
function renew(): Promise<void> {
  renewing ??= (async () => {
    try {
      keep(await send<TokenPair>('POST', '/api/v1/auth/refresh', { json: { refresh_token: tokens?.refresh } }));
    } catch (error) {
      if (error instanceof ApiProblem && error.status < 500 && error.status !== 429) forget();
      throw error;
    } finally {
      renewing = undefined;
    }
  })();
  return renewing;
}

async function send<T>(method: string, path: string, options: CallOptions): Promise<T> {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(options.query ?? {}))
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  const response = await ask(url, {
    method,
    headers: {
      ...(options.json !== undefined && { 'content-type': 'application/json' }),
      ...(tokens && tokens.access !== '' && { authorization: `Bearer ${tokens.access}` }),
      ...options.headers,
    },
    body: options.body ?? (options.json === undefined ? null : JSON.stringify(options.json)),
  });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  if (!response.ok) throw new ApiProblem(response.status, isJson ? (JSON.parse(text) as object) : {});
  return (isJson ? JSON.parse(text) : text) as T;
}

/** A store that wakes or is busy answers a moment later: what does no harm twice is asked again after a second, three times in all. */
async function ask(url: URL, init: RequestInit, tries = 3): Promise<Response> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw new Error('The platform cannot be reached. Check the connection and try again.', { cause });
  });
  const mayRepeat = init.method === 'GET' || url.pathname === '/api/v1/auth/login';
  const isBusy = response.status === 503 && response.headers.get('retry-after') === '1';
  if (!isBusy || !mayRepeat || tries === 1) return response;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return ask(url, init, tries - 1);
}

function keep({ access_token: access, refresh_token: refresh, expires_in }: TokenPair): void {
  tokens = { access, refresh, renewAt: Date.now() + expires_in * 1000 - earlyMs };
}

function forget(): void {
  tokens = undefined;
  me = undefined;
  announce();
}

function announce(): void {
  for (const listener of listeners) listener();
}

addEventListener('pagehide', () => {
  if (tokens) sessionStorage.setItem(storageKey, tokens.refresh);
});
addEventListener('pageshow', () => {
  if (tokens) sessionStorage.removeItem(storageKey);
});
