import type { App, Reply, SignedUp } from '../../harness.ts';
import { fieldOf, token } from './sign-in.ts';

/* A command line that signs in by a page: what the program asks, and what the person does in a browser. */

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

export interface Started {
  readonly deviceCode: string;
  readonly userCode: string;
}

const form = (app: App, path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  app.call('POST', path, {
    raw: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });

export const requestCodes = (app: App, fields: Record<string, string> = { client_id: 'mcpp' }): Promise<Reply> =>
  form(app, '/oauth/device_authorization', fields);

export async function start(app: App): Promise<Started> {
  const { status, body, text } = await requestCodes(app);
  if (status !== 200) throw new Error(`device_authorization answered ${status}: ${text}`);
  return { deviceCode: String(body['device_code']), userCode: String(body['user_code']) };
}

export const poll = (app: App, { deviceCode }: Started, more: Record<string, string> = {}): Promise<Reply> =>
  token(app, { grant_type: deviceGrant, client_id: 'mcpp', device_code: deviceCode, ...more });

export const submit = (app: App, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  form(app, '/oauth/device', fields, headers);

/** The form to sign in, after the code was entered. */
export async function enterCode(app: App, user_code: string): Promise<Reply> {
  const request = fieldOf(await app.call('GET', '/oauth/device'), 'request');
  return submit(app, { request, user_code });
}

/** What the person is shown after signing in. */
export async function review(
  app: App,
  userCode: string,
  { username, password }: Pick<SignedUp, 'username' | 'password'>,
): Promise<Reply> {
  const request = fieldOf(await enterCode(app, userCode), 'request');
  return submit(app, { request, username, password, decision: 'sign-in' });
}

export const choose = (app: App, shown: Reply, decision: string): Promise<Reply> =>
  submit(app, { request: fieldOf(shown, 'request'), proof: fieldOf(shown, 'proof'), decision });

/** All that the person does. */
export async function decide(app: App, { userCode }: Started, user: SignedUp, decision = 'allow'): Promise<void> {
  const { status, text } = await choose(app, await review(app, userCode, user), decision);
  if (status !== 303) throw new Error(`The decision was answered ${status}: ${text}`);
}
