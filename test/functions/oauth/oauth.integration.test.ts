import { discoverAuthorizationServerMetadata } from '@modelcontextprotocol/sdk/client/auth.js';
import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { codeAt } from '../../../lib/auth/totp.ts';
import {
  attempt,
  authorize,
  consentPage,
  exchange,
  fieldOf,
  registerClient,
  show,
  signIn,
  submit,
  token,
} from './sign-in.ts';

let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
});

/** The endpoint of a server that is not deployed: whoever is let in finds nothing, whoever is not gets 401 or 403. */
const call = (slug: string, access: string) =>
  app.call('POST', `/mcp/${slug}/v1`, {
    token: access,
    json: { jsonrpc: '2.0', id: 1, method: 'ping' },
    headers: { accept: 'application/json, text/event-stream' },
  });
const refresh = (clientId: string, refresh_token: string, more: Record<string, string> = {}) =>
  token(app, { grant_type: 'refresh_token', client_id: clientId, refresh_token, ...more });

describe('the metadata', () => {
  it('is what the official client looks for, and every address in it is served', async () => {
    const metadata = await discoverAuthorizationServerMetadata(app.url);
    expect(metadata).toMatchObject({
      issuer: app.url,
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
      authorization_response_iss_parameter_supported: true,
      scopes_supported: ['mcp:call', 'offline_access'],
    });
    for (const [name, url] of Object.entries(metadata ?? {})) {
      if (!/_(endpoint|uri)$/.test(name)) continue;
      const { status } = await app.call('GET', new URL(String(url)).pathname);
      expect([200, 400, 405], name).toContain(status);
    }
    const openid = await app.call('GET', '/.well-known/openid-configuration');
    expect(openid.body).toEqual((await app.call('GET', '/.well-known/oauth-authorization-server')).body);
    expect(openid.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('is where a 401 of an endpoint leads to, with the scope to ask for', async () => {
    const { status, headers } = await call('nothing', 'nonsense');
    const challenge = headers.get('www-authenticate') ?? '';
    expect(status).toBe(401);
    expect(challenge).toContain('scope="mcp:call"');
    const where = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '';
    const { pathname } = new URL(where);
    const { body: resource } = await app.call('GET', pathname);
    expect(resource['authorization_servers']).toEqual([app.url]);
  });
});

describe('signing in', () => {
  it('gives a token for one endpoint, which opens that endpoint and nothing else', async () => {
    const resource = `${app.url}/mcp/weather/v1`;
    const { access } = await signIn(app, ada, { resource: `${resource}/` });
    expect(decodeJwt(access)).toMatchObject({
      aud: resource,
      iss: app.url,
      sub: ada.id,
      scope: 'mcp:call offline_access',
    });
    expect((await call('weather', access)).status).toBe(404);
    expect((await call('other', access)).status).toBe(401);
    for (const path of ['/api/v1/auth/me', '/api/v1/mcps', '/events', '/api/v1/auth/grants'])
      expect((await app.call('GET', path, { token: access })).status, path).toBe(401);
    expect((await app.call('POST', '/api/v1/auth/ticket', { token: access })).status).toBe(401);
    const aggregate = await signIn(app, ada);
    expect(decodeJwt(aggregate.access)['aud']).toBe(`${app.url}/mcp/v1`);
    expect((await call('weather', aggregate.access)).status).toBe(401);
  });

  it('comes back with the state, the issuer and a code, by 303', async () => {
    const back = await authorize(app, attempt(app, await registerClient(app)), ada);
    expect(`${back.origin}${back.pathname}`).toBe('http://localhost:43121/callback');
    expect(back.searchParams.get('state')).toBe('st&te');
    expect(back.searchParams.get('iss')).toBe(app.url);
    expect(back.searchParams.get('code')).toMatch(/^mcp_ac_/);
  });

  it('shows who asks and where the answer goes, without script, in no frame', async () => {
    const clientId = await registerClient(app, ['http://localhost:43121/callback', 'https://client.example/cb']);
    const page = await show(app, attempt(app, clientId, { redirect_uri: 'https://client.example/cb' }).query);
    expect(page.text).toContain('<strong>client.example</strong>');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self' https://client.example");
    expect(policy).not.toContain('script');
    const local = await consentPage(app, attempt(app, clientId), ada);
    expect(local.text).toContain('Any program on it can claim to be Trial');
  });

  it('escapes what a client calls itself', async () => {
    const { body } = await app.call('POST', '/oauth/register', {
      json: { client_name: '<script>alert(1)</script>"', redirect_uris: ['http://localhost:43121/callback'] },
    });
    const page = await show(app, attempt(app, String(body['client_id'])).query);
    expect(page.text).not.toContain('<script');
    expect(page.text).toContain('&#60;script&#62;');
  });

  it('takes a refusal, and tells a viewer that a token would not help', async () => {
    const clientId = await registerClient(app);
    const refused = await authorize(app, attempt(app, clientId), ada, 'deny');
    expect(refused.searchParams.get('error')).toBe('access_denied');
    const viewer = await app.signUp('viewer');
    const page = await consentPage(app, attempt(app, clientId), viewer);
    expect(new URL(page.headers.get('location') ?? '').searchParams.get('error')).toBe('access_denied');
  });

  it('asks again after a wrong password, and says nothing of who exists', async () => {
    const trial = attempt(app, await registerClient(app));
    const wrong = await consentPage(app, trial, { ...ada, password: 'Wrong-Horse-7' });
    const nobody = await consentPage(app, trial, { ...ada, username: 'nobody-here', password: 'Wrong-Horse-7' });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(wrong.text).toContain('role="alert"');
    expect(/role="alert">[^<]+/.exec(wrong.text)?.[0]).toBe(/role="alert">[^<]+/.exec(nobody.text)?.[0]);
  });
});

describe('the second factor', () => {
  it('is asked for as at a login, and nothing is allowed without it', async () => {
    const user = await app.signUp();
    const { body } = await app.call('POST', '/api/v1/auth/totp', { token: user.token });
    const codeNow = (later = 0) => codeAt(String(body['secret']), Math.floor(Date.now() / 30_000) + later);
    await app.call('POST', '/api/v1/auth/totp/confirm', { token: user.token, json: { totp: codeNow() } });
    const trial = attempt(app, await registerClient(app));
    const asked = await consentPage(app, trial, user);
    expect([asked.status, asked.text.includes('name="totp"'), asked.text.includes('name="proof"')]).toEqual([
      401,
      true,
      false,
    ]);
    const { username, password } = user;
    const enter = (totp: string) => submit(app, { request: fieldOf(asked, 'request'), username, password, totp });
    expect((await enter('000000')).status).toBe(401);
    expect((await enter(codeNow(1))).text).toContain('name="proof"');
  });
});

describe('what was allowed', () => {
  it('is listed for its owner and can be ended, at once and by nobody else', async () => {
    const user = await app.signUp();
    const stranger = await app.signUp();
    const { access, clientId, refresh: first } = await signIn(app, user, { resource: `${app.url}/mcp/weather/v1` });
    const list = async (who: SignedUp) =>
      (await app.call('GET', '/api/v1/auth/grants', { token: who.token })).body['items'] as { id: string }[];
    const [grant] = await list(user);
    expect(grant).toMatchObject({ application: 'Trial', described_at: null, resource: `${app.url}/mcp/weather/v1` });
    expect(await list(stranger)).toEqual([]);
    const end = (who: SignedUp) => app.call('DELETE', `/api/v1/auth/grants/${grant?.id ?? ''}`, { token: who.token });
    expect((await end(stranger)).status).toBe(404);
    expect((await call('weather', access)).status).toBe(404);
    expect((await end(user)).status).toBe(200);
    expect((await call('weather', access)).status).toBe(401);
    expect((await refresh(clientId, first)).status).toBe(400);
    expect(await list(user)).toEqual([]);
  });

  it('ends when its user is deactivated', async () => {
    const [admin, user] = [await app.enterAdmin(), await app.signUp()];
    const { access, clientId, refresh: first } = await signIn(app, user, { resource: `${app.url}/mcp/weather/v1` });
    expect((await call('weather', access)).status).toBe(404);
    await app.call('PATCH', `/api/v1/users/${user.id}`, { token: admin.token, json: { is_active: false } });
    expect((await call('weather', access)).status).toBe(401);
    expect((await refresh(clientId, first)).status).toBe(400);
  });

  it('ends with a new password, and with RFC 7009', async () => {
    const user = await app.signUp();
    const [one, other] = [await signIn(app, user), await signIn(app, user)];
    const revoked = await app.call('POST', '/oauth/revoke', {
      raw: new URLSearchParams({ token: one.refresh, client_id: one.clientId }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(revoked.status).toBe(200);
    expect((await refresh(one.clientId, one.refresh)).status).toBe(400);
    const json = { current_password: user.password, new_password: 'Another-Horse-8' };
    await app.call('POST', '/api/v1/auth/password', { token: user.token, json });
    expect((await refresh(other.clientId, other.refresh)).status).toBe(400);
  });
});

describe('a code', () => {
  it('is good once; a second use ends what came of the first', async () => {
    const trial = attempt(app, await registerClient(app), { resource: `${app.url}/mcp/weather/v1` });
    const code = (await authorize(app, trial, ada)).searchParams.get('code') ?? '';
    const first = await exchange(app, trial, code);
    expect((await call('weather', String(first.body['access_token']))).status).toBe(404);
    const second = await exchange(app, trial, code);
    expect([second.status, second.body['error']]).toEqual([400, 'invalid_grant']);
    expect((await call('weather', String(first.body['access_token']))).status).toBe(401);
  });

  it('that a thief without its verifier comes with as well has been seen by others: what came of it ends', async () => {
    const trial = attempt(app, await registerClient(app), { resource: `${app.url}/mcp/weather/v1` });
    const code = (await authorize(app, trial, ada)).searchParams.get('code') ?? '';
    const { body } = await exchange(app, trial, code);
    expect((await exchange(app, trial, code, { code_verifier: 'x'.repeat(43) })).status).toBe(400);
    expect((await call('weather', String(body['access_token']))).status).toBe(401);
  });

  it('that two come with at once leaves nothing alive', async () => {
    const trial = attempt(app, await registerClient(app), { resource: `${app.url}/mcp/weather/v1` });
    const code = (await authorize(app, trial, ada)).searchParams.get('code') ?? '';
    const answers = await Promise.all([1, 2, 3].map(() => exchange(app, trial, code)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(2);
    for (const { body } of answers.filter(({ status }) => status === 200))
      expect((await call('weather', String(body['access_token']))).status).toBe(401);
  });
});
