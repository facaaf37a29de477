import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type App, type Reply, type SignedUp, startApp } from '../../harness.ts';
import { codeAt } from '../../../lib/auth/totp.ts';
import { comeBack, wayOut } from './connect.ts';
import { choose, enterCode, poll, start, submit as submitDevice } from './device.ts';
import { type StandInProvider, startProvider } from './provider.ts';
import { attempt, exchange, fieldOf, registerClient, show, submit } from './sign-in.ts';

let app: App;
let provider: StandInProvider;
let clientId: string;
beforeAll(async () => {
  provider = await startProvider();
  const at = { issuer: provider.issuer, client_id: 'platform', client_secret: 's3cret' };
  const roles = { claim: 'groups', map: { ops: 'admin', dev: 'developer' } };
  const IDENTITY_PROVIDERS = JSON.stringify([
    { id: 'acme', name: 'Acme', ...at, register: true, roles },
    { id: 'quiet', name: 'Quiet', ...at },
    { id: 'hub', name: 'Hub', kind: 'github', api_url: `${provider.issuer}/api`, ...at, register: true },
  ]);
  app = await startApp({ env: { IDENTITY_PROVIDERS } });
  clientId = await registerClient(app);
});
beforeEach(() => {
  provider.claims = {};
  provider.token = {};
  provider.emails = [];
});

let last = 0;
const somebody = () => {
  last += 1;
  const name = `somebody-${last}`;
  return { sub: `subject-${last}`, preferred_username: name, email: `${name}@example.org`, email_verified: true };
};

/** As far as the page that says who one is at the provider. */
async function comeFrom(id: string, trial = attempt(app, clientId)): Promise<{ page: Reply; trial: typeof trial }> {
  const request = fieldOf(await show(app, trial.query), 'request');
  const { url, cookie } = wayOut(await submit(app, { request, provider: id }));
  return { page: await app.call('GET', await comeBack(url), { headers: { cookie } }), trial };
}
const goOn = (page: Reply, more: Record<string, string> = {}) =>
  submit(app, { request: fieldOf(page, 'request'), identity: fieldOf(page, 'identity'), ...more });
async function tokenFrom(consent: Reply, trial: ReturnType<typeof attempt>): Promise<Record<string, unknown>> {
  const fields = { request: fieldOf(consent, 'request'), proof: fieldOf(consent, 'proof'), decision: 'allow' };
  const { headers } = await submit(app, fields);
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  return (await exchange(app, trial, code)).body;
}
const named = (consent: Reply) => /You are\s+<strong>([^<]+)/.exec(consent.text)?.[1];

describe('signing in with a provider', () => {
  it('makes a user of whoever comes the first time, and leaves consent to the platform', async () => {
    provider.claims = { ...somebody(), groups: ['dev'] };
    const { page, trial } = await comeFrom('acme');
    expect(page.text).toContain('at <strong>Acme</strong>');
    const consent = await goOn(page);
    expect(named(consent)).toBe(provider.claims['preferred_username']);
    expect(await tokenFrom(consent, trial)).toMatchObject({ token_type: 'Bearer' });
    const again = await comeFrom('acme');
    expect(named(await goOn(again.page))).toBe(provider.claims['preferred_username']);
  });

  it('follows the subject, not the address or the name', async () => {
    const first = somebody();
    provider.claims = { ...first, groups: ['dev'] };
    await goOn((await comeFrom('acme')).page);
    provider.claims = { ...first, preferred_username: 'renamed', email: 'renamed@example.org', groups: ['dev'] };
    expect(named(await goOn((await comeFrom('acme')).page))).toBe(first.preferred_username);
    provider.claims = { ...first, sub: 'another-subject', groups: ['dev'] };
    const taken = await goOn((await comeFrom('acme')).page);
    expect([taken.status, taken.text.includes('linked to nobody')]).toEqual([401, true]);
  });

  it('links a user by password once, where none is made', async () => {
    const ada = await app.signUp();
    provider.claims = somebody();
    const { page } = await comeFrom('quiet');
    const asked = await goOn(page);
    expect([asked.status, asked.text.includes('name="password"')]).toEqual([401, true]);
    const wrong = await goOn(page, { username: ada.username, password: 'Wrong-Horse-7' });
    expect(wrong.status).toBe(401);
    const linked = await goOn(page, { username: ada.username, password: ada.password });
    expect(named(linked)).toBe(ada.username);
    expect(named(await goOn((await comeFrom('quiet')).page))).toBe(ada.username);
  });

  it('lets a command line in by its code, for who has no password', async () => {
    provider.claims = { ...somebody(), groups: ['dev'] };
    const begun = await start(app);
    const request = fieldOf(await enterCode(app, begun.userCode), 'request');
    const { url, cookie } = wayOut(await submitDevice(app, { request, provider: 'acme' }));
    const page = await app.call('GET', await comeBack(url), { headers: { cookie } });
    expect(page.text).toContain('action="device"');
    const fields = { request: fieldOf(page, 'request'), identity: fieldOf(page, 'identity'), decision: 'sign-in' };
    const shown = await submitDevice(app, fields);
    expect(named(shown)).toBe(provider.claims['preferred_username']);
    await choose(app, shown, 'allow');
    const { body } = await poll(app, begun);
    const me = await app.call('GET', '/api/v1/auth/me', { token: String(body['access_token']) });
    expect(me.body).toMatchObject({ username: provider.claims['preferred_username'] });
  });

  it('gives the role of the claims at each sign-in, and takes it', async () => {
    const who = somebody();
    provider.claims = { ...who, groups: ['dev', 'unknown'] };
    const first = await comeFrom('acme');
    expect((await goOn(first.page)).status).toBe(200);
    provider.claims = { ...who, groups: [] };
    const second = await comeFrom('acme');
    const { status, headers } = await goOn(second.page);
    expect([status, new URL(headers.get('location') ?? '').searchParams.get('error')]).toEqual([303, 'access_denied']);
  });

  it('asks GitHub who it is, and takes a verified address alone', async () => {
    last += 1;
    provider.claims = { id: 10_000 + last, login: `octo-${last}` };
    provider.emails = [{ email: `octo-${last}@example.org`, primary: true, verified: false }];
    expect((await goOn((await comeFrom('hub')).page)).text).toContain('linked to nobody');
    provider.emails = [{ email: `octo-${last}@example.org`, primary: true, verified: true }];
    expect(named(await goOn((await comeFrom('hub')).page))).toBe(`octo-${last}`);
  });

  it('asks for the second factor as after a password', async () => {
    const ada: SignedUp = await app.signUp();
    provider.claims = somebody();
    const { page } = await comeFrom('quiet');
    await goOn(page, { username: ada.username, password: ada.password });
    const { body } = await app.call('POST', '/api/v1/auth/totp', { token: ada.token });
    const code = codeAt(String(body['secret']), Math.floor(Date.now() / 30_000));
    await app.call('POST', '/api/v1/auth/totp/confirm', { token: ada.token, json: { totp: code } });
    const asked = await goOn((await comeFrom('quiet')).page);
    expect([asked.status, asked.text.includes('name="totp"')]).toEqual([401, true]);
    expect((await goOn(asked, { totp: '000000' })).status).toBe(401);
  });
});

describe('what a provider answers', () => {
  it.each([
    ['another issuer', { iss: 'https://other.example' }],
    ['another client', { aud: 'another' }],
    ['an old nonce', { nonce: 'x' }],
    ['nobody', { sub: undefined }],
  ])('is not believed about %s', async (_what, token) => {
    provider.claims = somebody();
    provider.token = token;
    const { page } = await comeFrom('acme');
    expect([page.status, page.text.includes('name="identity"')]).toEqual([502, false]);
  });

  it('counts once, and in the browser alone that went there', async () => {
    provider.claims = { ...somebody(), groups: ['dev'] };
    const request = fieldOf(await show(app, attempt(app, clientId).query), 'request');
    const { url, cookie } = wayOut(await submit(app, { request, provider: 'acme' }));
    const back = await comeBack(url);
    const come = (headers: Record<string, string>) => app.call('GET', back, { headers });
    const statuses = [await come({}), await come({ cookie }), await come({ cookie })].map(({ status }) => status);
    expect(statuses).toEqual([400, 200, 400]);
  });

  it('is good for the one request that was signed in for', async () => {
    provider.claims = { ...somebody(), groups: ['dev'] };
    const { page } = await comeFrom('acme');
    const other = fieldOf(await show(app, attempt(app, clientId).query), 'request');
    const { status, text } = await submit(app, { request: other, identity: fieldOf(page, 'identity') });
    expect([status, text.includes('name="proof"')]).toEqual([401, false]);
    expect((await submit(app, { request: other, identity: 'nonsense' })).status).toBe(401);
  });
});
