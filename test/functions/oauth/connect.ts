import type { App, Reply, SignedUp } from '../../harness.ts';
import { fieldOf } from './sign-in.ts';

/* A person who connects an account at a remote server, and their browser. */

/** Signs in at the platform; the answer shows the way to the issuer. */
export async function begin(
  app: App,
  slug: string,
  { username, password }: Pick<SignedUp, 'username' | 'password'>,
  { search = '', headers = {} }: { search?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const form = await app.call('GET', `/oauth/connect/${slug}${search}`);
  const request = fieldOf(form, 'request');
  return app.call('POST', `/oauth/connect/${slug}`, {
    raw: new URLSearchParams({ request, username, password, decision: 'sign-in' }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
}

/** Where the page leads, and the cookie that the browser keeps. */
export function wayOut({ text, headers, status }: Reply): { url: URL; cookie: string } {
  const href = /<a href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&#38;', '&');
  if (href === undefined) throw new Error(`There is no way out (${status}): ${text}`);
  return { url: new URL(href), cookie: (headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

/** Signs in at the issuer, which sends the browser back. */
export async function comeBack(url: URL): Promise<string> {
  const { headers } = await fetch(url, { redirect: 'manual' });
  const location = new URL(headers.get('location') ?? '');
  return location.pathname + location.search;
}

/** All of it. */
export async function connect(app: App, slug: string, user: SignedUp): Promise<Reply> {
  const { url, cookie } = wayOut(await begin(app, slug, user));
  return app.call('GET', await comeBack(url), { headers: { cookie } });
}
