import { createHash, randomBytes } from 'node:crypto';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { decryptWithSecret, encryptWithSecret } from '../auth/encrypt-with-secret.ts';
import type { CodeStore } from './ports.ts';

/*
 * What is under way at another authorization server. It is kept under the state's hash, encrypted under the state, good once, and in the browser alone in which it
 * began: that is known by a cookie which is good for nothing else.
 */

/** A person has so long to sign in, here and there. */
export const signInMs = 600_000;

type Settings = Pick<BaseSettings, 'BASE_URL'>;

/** @returns the state to send, and the cookie to set. */
export async function keepPending(
  { codes, settings }: { readonly codes: CodeStore; readonly settings: Settings },
  purpose: string,
  pending: object,
  cookies: string | undefined,
): Promise<{ readonly state: string; readonly cookie: string }> {
  const state = randomBytes(32).toString('base64url');
  const browser = browserOf(cookies, settings) ?? randomBytes(32).toString('base64url');
  const text = JSON.stringify({ ...pending, browser: hashOf(browser) });
  await codes.put(hashOf(state), encryptWithSecret(text, state, purpose), new Date(Date.now() + signInMs));
  return { state, cookie: cookieFor(browser, settings) };
}

/** undefined for a state that is unknown, over, used, meant for something else, or of another browser. */
export async function takePending(
  { codes, settings }: { readonly codes: CodeStore; readonly settings: Settings },
  purpose: string,
  state: string | undefined,
  cookies: string | undefined,
): Promise<unknown> {
  const browser = browserOf(cookies, settings);
  if (browser === undefined || state === undefined || !/^[\w-]{43}$/.test(state)) return undefined;
  const spent = await codes.spend(hashOf(state));
  if (!spent?.first) return undefined;
  try {
    const pending = JSON.parse(decryptWithSecret(spent.encrypted, state, purpose)) as { browser?: unknown };
    return pending.browser === hashOf(browser) ? pending : undefined;
  } catch {
    // A state of something else.
    return undefined;
  }
}

function browserOf(cookies: string | undefined, settings: Settings): string | undefined {
  const found = (cookies ?? '').split(/; */).find((each) => each.startsWith(`${cookieName(settings)}=`));
  const value = found?.slice(cookieName(settings).length + 1) ?? '';
  return /^[\w-]{43}$/.test(value) ? value : undefined;
}

function cookieFor(browser: string, settings: Settings): string {
  const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${signInMs / 1000}`;
  return `${cookieName(settings)}=${browser}; ${attributes}${isHttps(settings) ? '; Secure' : ''}`;
}

/** The prefix keeps other hosts of the domain from setting it; browsers take it over https alone. */
function cookieName(settings: Settings): string {
  return `${isHttps(settings) ? '__Host-' : ''}mcp-connect`;
}

function isHttps({ BASE_URL }: Settings): boolean {
  return BASE_URL.startsWith('https://');
}

function hashOf(text: string): string {
  return createHash('sha256').update(`sign-in ${text}`).digest('hex');
}
