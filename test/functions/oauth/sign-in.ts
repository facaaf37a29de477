import { createHash, randomBytes } from 'node:crypto';
import type { App, Reply, SignedUp } from '../../harness.ts';

/* A client that signs in, as a browser and an application do it together. */

export const redirectUri = 'http://localhost:43121/callback';
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

export interface Attempt {
  readonly clientId: string;
  readonly verifier: string;
  readonly query: Record<string, string>;
}

export async function registerClient(app: App, redirect_uris: readonly string[] = [redirectUri]): Promise<string> {
  const { body, status, text } = await app.call('POST', '/oauth/register', {
    json: { client_name: 'Trial', redirect_uris },
  });
  if (status !== 201) throw new Error(`register answered ${status}: ${text}`);
  return String(body['client_id']);
}

/** What a client would send the browser to. */
export function attempt(app: App, clientId: string, more: Record<string, string> = {}): Attempt {
  const verifier = randomBytes(32).toString('base64url');
  return {
    clientId,
    verifier,
    query: {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      state: 'st&te',
      scope: 'mcp:call offline_access',
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      resource: `${app.url}/mcp/v1`,
      ...more,
    },
  };
}

export const show = (app: App, query: Record<string, string>): Promise<Reply> =>
  app.call('GET', `/oauth/authorize?${new URLSearchParams(query).toString()}`);

export const submit = (
  app: App,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Reply> =>
  app.call('POST', '/oauth/authorize', {
    raw: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });

/** A hidden field of a page. */
export function fieldOf({ text }: Reply, name: string): string {
  const found = new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1];
  if (found === undefined) throw new Error(`The page has no field ${name}: ${text.slice(0, 2000)}`);
  return found;
}

export async function consentPage(app: App, { query }: Attempt, { username, password }: SignedUp): Promise<Reply> {
  const request = fieldOf(await show(app, query), 'request');
  return submit(app, { request, username, password, decision: 'sign-in' });
}

/** Where the browser is sent in the end. */
export async function authorize(app: App, trial: Attempt, user: SignedUp, decision = 'allow'): Promise<URL> {
  const consent = await consentPage(app, trial, user);
  const fields = { request: fieldOf(consent, 'request'), proof: fieldOf(consent, 'proof'), decision };
  return locationOf(await submit(app, fields));
}

function locationOf({ status, headers, text }: Reply): URL {
  if (status !== 303) throw new Error(`Answered ${status}: ${text.slice(0, 2000)}`);
  return new URL(headers.get('location') ?? '');
}

export const token = (app: App, fields: Record<string, string>): Promise<Reply> =>
  app.call('POST', '/oauth/token', {
    raw: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

export const exchange = (app: App, trial: Attempt, code: string, more: Record<string, string> = {}): Promise<Reply> =>
  token(app, {
    grant_type: 'authorization_code',
    code,
    client_id: trial.clientId,
    redirect_uri: redirectUri,
    code_verifier: trial.verifier,
    ...more,
  });

export interface Tokens {
  readonly clientId: string;
  readonly access: string;
  readonly refresh: string;
}

export async function signIn(app: App, user: SignedUp, more: Record<string, string> = {}): Promise<Tokens> {
  const clientId = await registerClient(app);
  const trial = attempt(app, clientId, more);
  const back = await authorize(app, trial, user);
  const { body, status, text } = await exchange(app, trial, back.searchParams.get('code') ?? '');
  if (status !== 200) throw new Error(`token answered ${status}: ${text}`);
  return { clientId, access: String(body['access_token']), refresh: String(body['refresh_token']) };
}
