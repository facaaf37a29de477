import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type Reply, type SignedUp, startApp } from '../../harness.ts';
import {
  attempt,
  authorize,
  consentPage,
  exchange,
  fieldOf,
  redirectUri,
  registerClient,
  show,
  submit,
  token,
} from './sign-in.ts';

let app: App;
let ada: SignedUp;
let clientId: string;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
  clientId = await registerClient(app);
});

const errorAt = ({ headers }: Reply) => new URL(headers.get('location') ?? '').searchParams.get('error');

describe('nobody is sent anywhere', () => {
  it.each([
    ['an address that was not registered', { redirect_uri: 'https://evil.example/cb' }],
    ['another path', { redirect_uri: 'http://localhost:43121/callback/../evil' }],
    ['script', { redirect_uri: 'javascript:alert(1)' }],
    ['user info', { redirect_uri: 'http://localhost:43121@evil.example/callback' }],
    ['a header of their own', { redirect_uri: 'http://localhost:43121/callback\r\nLocation: https://evil.example' }],
    ['an unknown client', { client_id: 'nonsense' }],
    ['a client document where there are none', { client_id: 'https://evil.example/client.json' }],
    ['a forged registration', { client_id: 'mcp_client_eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA' }],
  ])('for %s', async (_what, more: Record<string, string>) => {
    const { status, headers, text } = await show(app, attempt(app, clientId, more).query);
    expect([status, headers.get('location')]).toEqual([400, null]);
    expect(text).toContain('You have not been sent anywhere');
  });

  it('for a parameter that is sent twice', async () => {
    const query = new URLSearchParams(attempt(app, clientId).query);
    query.append('redirect_uri', 'https://evil.example/cb');
    const { status, headers } = await app.call('GET', `/oauth/authorize?${query.toString()}`);
    expect([status, headers.get('location')]).toEqual([400, null]);
  });

  it('for a form whose decision is sent twice', async () => {
    const consent = await consentPage(app, attempt(app, clientId), ada);
    const fields = { request: fieldOf(consent, 'request'), proof: fieldOf(consent, 'proof'), decision: 'deny' };
    const raw = `${new URLSearchParams(fields).toString()}&decision=allow`;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, headers } = await app.call('POST', '/oauth/authorize', { raw, headers: form });
    expect([status, headers.get('location')]).toEqual([400, null]);
  });
});

describe('the client hears at its own address', () => {
  it.each([
    ['of a challenge in plain text', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['of no challenge', { code_challenge: '' }, 'invalid_request'],
    ['of a token in the address', { response_type: 'token' }, 'unsupported_response_type'],
    ['of a fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['of a request object', { request: 'eyJ' }, 'invalid_request'],
    ['of a scope without the one that counts', { scope: 'users:update' }, 'invalid_scope'],
    ["of somebody else's resource", { resource: 'https://evil.example/mcp/x/v1' }, 'invalid_target'],
    ['of the API as a resource', { resource: 'API' }, 'invalid_target'],
  ])('%s', async (_what, more: Record<string, string>, error) => {
    const fields = more['resource'] === 'API' ? { resource: `${app.url}/api/v1/mcps` } : more;
    const reply = await show(app, attempt(app, clientId, fields).query);
    expect([reply.status, errorAt(reply)]).toEqual([303, error]);
    const back = new URL(reply.headers.get('location') ?? '');
    expect([back.searchParams.get('iss'), back.searchParams.get('state')]).toEqual([app.url, 'st&te']);
  });
});

describe('a stolen code', () => {
  const stolen = async () => {
    const trial = attempt(app, clientId);
    return { trial, code: (await authorize(app, trial, ada)).searchParams.get('code') ?? '' };
  };

  it('is worth nothing without the verifier, under another client, or at another address', async () => {
    for (const more of [
      { code_verifier: 'x'.repeat(43) },
      { code_verifier: '' },
      { client_id: await registerClient(app) },
      { redirect_uri: 'http://localhost:1/callback' },
      { resource: `${app.url}/mcp/other/v1` },
    ]) {
      const { trial, code } = await stolen();
      const { status, body } = await exchange(app, trial, code, more);
      expect([status, String(body['error']).startsWith('invalid_')], JSON.stringify(more)).toEqual([400, true]);
      expect((await exchange(app, trial, code)).status, 'and is spent by the attempt').toBe(400);
    }
  });

  it('cannot be put into the sign-in of somebody else', async () => {
    const { code } = await stolen();
    const own = attempt(app, clientId);
    expect((await exchange(app, own, code)).body['error']).toBe('invalid_grant');
  });

  it('is not one because it looks like one', async () => {
    const trial = attempt(app, clientId);
    for (const code of ['', 'x', `mcp_ac_${'A'.repeat(43)}`, ada.refreshToken])
      expect((await exchange(app, trial, code)).body['error']).toBe('invalid_grant');
  });
});

describe('the forms', () => {
  it('are taken from no other site', async () => {
    const consent = await consentPage(app, attempt(app, clientId), ada);
    const fields = { request: fieldOf(consent, 'request'), proof: fieldOf(consent, 'proof'), decision: 'allow' };
    for (const site of ['cross-site', 'same-site', 'none']) {
      const { status, headers } = await submit(app, fields, { 'sec-fetch-site': site });
      expect([status, headers.get('location')], site).toEqual([403, null]);
    }
    expect((await submit(app, fields, { 'sec-fetch-site': 'same-origin' })).status).toBe(303);
  });

  it('allow nothing without the proof of a sign-in for this very request', async () => {
    const consent = await consentPage(app, attempt(app, clientId), ada);
    const request = fieldOf(consent, 'request');
    const other = fieldOf(await show(app, attempt(app, clientId).query), 'request');
    for (const fields of [
      { request, decision: 'allow' },
      { request, proof: 'nonsense', decision: 'allow' },
      { request, proof: request, decision: 'allow' },
      { request: other, proof: fieldOf(consent, 'proof'), decision: 'allow' },
      { request: 'nonsense', proof: fieldOf(consent, 'proof'), decision: 'allow' },
      { request, proof: fieldOf(consent, 'proof'), decision: 'whatever' },
    ] as Record<string, string>[]) {
      const { status, headers } = await submit(app, fields);
      expect([status >= 400, headers.get('location')], JSON.stringify(fields).slice(0, 60)).toEqual([true, null]);
    }
  });

  it('keep to the address that was checked, whatever is added to them', async () => {
    const consent = await consentPage(app, attempt(app, clientId), ada);
    const fields = { request: fieldOf(consent, 'request'), proof: fieldOf(consent, 'proof'), decision: 'allow' };
    const { headers } = await submit(app, { ...fields, redirect_uri: 'https://evil.example', client_id: 'x' });
    expect(headers.get('location')).toMatch(new RegExp(`^${redirectUri}\\?code=`));
  });
});

describe('the token endpoint', () => {
  it.each([
    [{}, 400, 'unsupported_grant_type'],
    [{ grant_type: 'password', username: 'a', password: 'b' }, 400, 'unsupported_grant_type'],
    [{ grant_type: 'client_credentials' }, 400, 'unsupported_grant_type'],
    [{ grant_type: 'authorization_code', code: 'x' }, 401, 'invalid_client'],
    [{ grant_type: 'authorization_code', code: 'x', client_id: 'nonsense' }, 401, 'invalid_client'],
    [{ grant_type: 'refresh_token', refresh_token: 'x', client_id: 'x' }, 400, 'invalid_grant'],
  ])('answers %j with OAuth’s own error', async (fields, status, error) => {
    const { status: answered, body, headers } = await token(app, fields);
    expect([answered, body['error'], headers.get('access-control-allow-origin')]).toEqual([status, error, '*']);
  });

  it('takes forms alone', async () => {
    const { status, body } = await app.call('POST', '/oauth/token', { json: { grant_type: 'refresh_token' } });
    expect([status, body['error']]).toEqual([400, 'invalid_request']);
  });

  it('leaves no code, token or password in the report lines', async () => {
    const trial = attempt(app, clientId);
    const code = (await authorize(app, trial, ada)).searchParams.get('code') ?? '';
    const { body } = await exchange(app, trial, code);
    const lines = app.lines.join('\n');
    for (const secret of [code, ada.password, body['access_token'], body['refresh_token'], trial.verifier])
      expect(lines.includes(String(secret))).toBe(false);
  });
});
