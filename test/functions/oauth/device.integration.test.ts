import { decodeJwt } from 'jose';
import {
  allowInsecureRequests,
  discovery,
  initiateDeviceAuthorization,
  None,
  pollDeviceAuthorizationGrant,
  refreshTokenGrant,
} from 'openid-client';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { codeAt } from '../../../lib/auth/totp.ts';
import { type App, type Reply, type SignedUp, startApp } from '../../harness.ts';
import { choose, decide, enterCode, poll, requestCodes, review, start, submit } from './device.ts';
import { attempt, consentPage, fieldOf, registerClient, show, signIn, token } from './sign-in.ts';

let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
});

const me = (access: unknown) => app.call('GET', '/api/v1/auth/me', { token: String(access) });
const answerOf = ({ status, body }: Reply) => [status, body['error']];
const nobody = 'BCDF-GHJK';

describe('a command line', () => {
  it('is served by a standard client from the metadata to the refresh', async () => {
    const execute = [allowInsecureRequests];
    const config = await discovery(new URL(app.url), 'mcpp', undefined, None(), { execute, algorithm: 'oauth2' });
    const asked = await initiateDeviceAuthorization(config, {});
    expect(asked).toMatchObject({
      verification_uri: `${app.url}/oauth/device`,
      verification_uri_complete: `${app.url}/oauth/device?user_code=${asked.user_code}`,
      expires_in: 600,
      interval: 5,
    });
    await decide(app, { deviceCode: asked.device_code, userCode: asked.user_code }, ada);
    const tokens = await pollDeviceAuthorizationGrant(config, { ...asked, interval: 0.1 });
    expect((await me(tokens.access_token)).body).toMatchObject({ id: ada.id });
    const next = await refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect((await me(next.access_token)).body).toMatchObject({ id: ada.id });
  });

  it('gets a login session as a password gives it: listed, refreshed by rotation, ended by logout', async () => {
    const begun = await start(app);
    await decide(app, begun, ada);
    const { status, body, headers } = await poll(app, begun);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^eyJ/) as string,
      refresh_token: expect.stringMatching(/^mcp_rt_/) as string,
      token_type: 'Bearer',
      expires_in: 900,
      scope: expect.stringMatching(/\bmcps:create\b/) as string,
    });
    const { aud, sid } = decodeJwt(String(body['access_token']));
    expect(aud).toBe(app.url);
    await expect
      .poll(async () => (await app.call('GET', '/api/v1/auth/sessions', { token: ada.token })).text, { interval: 200 })
      .toContain(String(sid));
    const { token: admin } = await app.enterAdmin();
    const logged = await app.call('GET', `/api/v1/audit?action=user.logged-in&target_id=${ada.id}`, { token: admin });
    expect(logged.body['items']).toContainEqual(
      expect.objectContaining({
        details: expect.objectContaining({ session_id: sid, allowed_from: '127.0.0.1' }) as unknown,
      }),
    );
    const refresh = (refresh_token: unknown) => app.call('POST', '/api/v1/auth/refresh', { json: { refresh_token } });
    const next = await refresh(body['refresh_token']);
    expect(next.status).toBe(200);
    await app.call('POST', '/api/v1/auth/logout', { token: String(next.body['access_token']) });
    expect((await me(next.body['access_token'])).status).toBe(401);
    expect((await refresh(next.body['refresh_token'])).status).toBe(401);
  });

  it('waits until somebody has decided, and is slowed when it does not wait', async () => {
    const begun = await start(app);
    const errors = (await Promise.all([1, 2, 3].map(() => poll(app, begun)))).map(answerOf);
    expect(errors).toContainEqual([400, 'authorization_pending']);
    expect(errors).toContainEqual([400, 'slow_down']);
    await decide(app, begun, ada);
    expect((await poll(app, begun)).status).toBe(200);
  });

  it('hears of a refusal, and so does the audit log', async () => {
    const begun = await start(app);
    await decide(app, begun, ada, 'deny');
    expect(answerOf(await poll(app, begun))).toEqual([400, 'access_denied']);
    expect(answerOf(await poll(app, begun))).toEqual([400, 'access_denied']);
    expect(app.lines.some((line) => line.includes('refused-on-the-device-page') && line.includes(ada.id))).toBe(true);
  });

  it('gets one session for a code, however many ask at once', async () => {
    const begun = await start(app);
    await decide(app, begun, ada);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => poll(app, begun)));
    const [given, ...more] = answers.filter(({ status }) => status === 200);
    expect(more).toEqual([]);
    expect(answers.filter(({ status }) => status !== 200).map(answerOf)).toEqual(
      Array.from({ length: 4 }, () => [400, 'invalid_grant']),
    );
    expect(answerOf(await poll(app, begun))).toEqual([400, 'invalid_grant']);
    expect((await me(given?.body['access_token'])).status).toBe(200);
  });

  it.each([
    [
      'deactivated',
      async (user: SignedUp, admin: SignedUp) => {
        await app.call('PATCH', `/api/v1/users/${user.id}`, { token: admin.token, json: { is_active: false } });
      },
    ],
    [
      'given another password',
      async (user: SignedUp) => {
        const json = { current_password: user.password, new_password: 'Another-Horse-8' };
        await app.call('POST', '/api/v1/auth/password', { token: user.token, json });
      },
    ],
  ] as const)('gets nothing when its user was %s meanwhile', async (_what, change) => {
    const [admin, user] = [await app.enterAdmin(), await app.signUp()];
    const [early, late] = [await start(app), await start(app)];
    const shown = await review(app, late.userCode, user);
    await decide(app, early, user);
    await change(user, admin);
    expect(answerOf(await poll(app, early))).toEqual([400, 'invalid_grant']);
    await choose(app, shown, 'allow');
    expect((await poll(app, late)).status).toBe(400);
  });

  it('comes too late after ten minutes, and so does the person', async () => {
    const [one, other] = [await start(app), await start(app)];
    const shown = await review(app, one.userCode, ada);
    const { request, proof } = { request: fieldOf(shown, 'request'), proof: fieldOf(shown, 'proof') };
    await decide(app, other, ada);
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    vi.setSystemTime(Date.now() + 601_000);
    for (const begun of [one, other]) expect(answerOf(await poll(app, begun))).toEqual([400, 'expired_token']);
    expect((await submit(app, { request, proof, decision: 'allow' })).status).toBe(400);
    expect((await review(app, one.userCode, ada)).text).toContain('unknown, has expired');
    expect(answerOf(await poll(app, one))).toEqual([400, 'expired_token']);
  });

  it('is the platform’s own, and nobody else’s', async () => {
    const clientId = await registerClient(app);
    const begun = await start(app);
    for (const client_id of [clientId, 'https://client.example/mcpp', 'MCPP']) {
      expect(answerOf(await requestCodes(app, { client_id }))).toEqual([401, 'invalid_client']);
      expect(answerOf(await poll(app, begun, { client_id }))).toEqual([401, 'invalid_client']);
    }
    expect(answerOf(await requestCodes(app, {}))).toEqual([400, 'invalid_request']);
    expect(answerOf(await requestCodes(app, { client_id: 'mcpp', scope: 'mcp:call' }))).toEqual([400, 'invalid_scope']);
    const json = await app.call('POST', '/oauth/device_authorization', { json: { client_id: 'mcpp' } });
    expect(answerOf(json)).toEqual([400, 'invalid_request']);
    expect(answerOf(await poll(app, begun))).toEqual([400, 'authorization_pending']);
  });

  it('cannot present anything else as its code, nor its code as anything else', async () => {
    const begun = await start(app);
    for (const deviceCode of [
      '',
      begun.userCode,
      `mcp_dc_${'A'.repeat(43)}`,
      ada.refreshToken,
      `mcp_ac_${'A'.repeat(43)}`,
    ])
      expect(answerOf(await poll(app, { ...begun, deviceCode }))).toEqual([400, 'invalid_grant']);
    const client_id = await registerClient(app);
    const fields = {
      grant_type: 'authorization_code',
      client_id,
      code: begun.deviceCode,
      code_verifier: 'x'.repeat(43),
    };
    expect(answerOf(await token(app, fields))).toEqual([400, 'invalid_grant']);
    const asApplication = await signIn(app, ada);
    const mine = { grant_type: 'refresh_token', client_id: 'mcpp', refresh_token: asApplication.refresh };
    expect(answerOf(await token(app, mine))).toEqual([400, 'invalid_grant']);
  });

  it('is told where a session ends when it asks to revoke one', async () => {
    const begun = await start(app);
    await decide(app, begun, ada);
    const { body } = await poll(app, begun);
    const revoked = await app.call('POST', '/oauth/revoke', {
      raw: new URLSearchParams({ token: String(body['refresh_token']), client_id: 'mcpp' }).toString(),
    });
    expect(answerOf(revoked)).toEqual([400, 'unsupported_token_type']);
  });
});

describe('the page', () => {
  it('has no script, is in no frame, and holds the code of the link for comparison', async () => {
    const { userCode } = await start(app);
    const page = await app.call('GET', `/oauth/device?user_code=${userCode.toLowerCase().replace('-', '')}`);
    expect(page.text).toContain(`value="${userCode}"`);
    expect(page.text).toContain('Go on only if your own terminal shows this very code');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('script');
    const evil = await app.call('GET', `/oauth/device?user_code=${encodeURIComponent('"><script>')}`);
    expect([evil.status, evil.text.includes('<script')]).toEqual([200, false]);
    const twice = await app.call('GET', '/oauth/device?user_code=a&user_code=b');
    expect(twice.status).toBe(400);
  });

  it('takes the code in any spelling, and says what it allows before it asks', async () => {
    const { userCode } = await start(app);
    const shown = await review(app, ` ${userCode.toLowerCase().replace('-', ' ')} `, ada);
    expect(shown.status).toBe(200);
    expect(shown.text).toContain(`You are <strong>${ada.username}</strong>`);
    expect(shown.text).toContain('127.0.0.1, the network of this browser');
    expect(shown.text).toContain('less than a minute ago');
    expect(shown.text).toContain('Whoever sent you a link or a code');
  });

  it('sends the person on by 303, so that nothing is sent twice', async () => {
    for (const [decision, title] of [
      ['allow', 'is signed in'],
      ['deny', 'You have refused'],
    ] as const) {
      const { userCode } = await start(app);
      const { status, headers } = await choose(app, await review(app, userCode, ada), decision);
      const location = headers.get('location') ?? '';
      expect([status, location]).toEqual([303, `${app.url}/oauth/device?outcome=${decision}`]);
      expect((await app.call('GET', location.slice(app.url.length))).text).toContain(title);
    }
  });

  it('says before the sign-in nothing of which codes there are', async () => {
    const { userCode } = await start(app);
    const withoutFields = ({ text }: Reply) => text.replaceAll(/value="[^"]*"/g, '');
    const [known, unknown] = [await enterCode(app, userCode), await enterCode(app, nobody)];
    expect(withoutFields(known)).toBe(withoutFields(unknown));
    const wrong = await review(app, userCode, { ...ada, password: 'Wrong-Horse-7' });
    expect([wrong.status, wrong.text.includes('User name or password is wrong')]).toEqual([401, true]);
  });

  it('lets a person correct a code without signing in again', async () => {
    const begun = await start(app);
    expect((await enterCode(app, 'AEIO-1234')).text).toContain('A code has eight letters');
    const wrong = await review(app, nobody, ada);
    expect([wrong.status, wrong.text.includes('unknown, has expired')]).toEqual([400, true]);
    const fields = { request: fieldOf(wrong, 'request'), proof: fieldOf(wrong, 'proof') };
    const misspelt = await submit(app, { ...fields, user_code: 'x' });
    expect(misspelt.status).toBe(400);
    const shown = await submit(app, {
      request: fieldOf(misspelt, 'request'),
      proof: fieldOf(misspelt, 'proof'),
      user_code: begun.userCode,
    });
    await choose(app, shown, 'allow');
    expect((await poll(app, begun)).status).toBe(200);
  });

  it('asks for the second factor', async () => {
    const user = await app.signUp();
    const { body } = await app.call('POST', '/api/v1/auth/totp', { token: user.token });
    const codeNow = (later = 0) => codeAt(String(body['secret']), Math.floor(Date.now() / 30_000) + later);
    await app.call('POST', '/api/v1/auth/totp/confirm', { token: user.token, json: { totp: codeNow() } });
    const { userCode } = await start(app);
    const asked = await review(app, userCode, user);
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

describe('the forms', () => {
  it('are taken from no other site', async () => {
    const begun = await start(app);
    const shown = await review(app, begun.userCode, ada);
    const fields = { request: fieldOf(shown, 'request'), proof: fieldOf(shown, 'proof'), decision: 'allow' };
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await submit(app, fields, { 'sec-fetch-site': site })).status, site).toBe(403);
    expect(answerOf(await poll(app, begun))).toEqual([400, 'authorization_pending']);
    expect((await submit(app, fields, { 'sec-fetch-site': 'same-origin' })).status).toBe(303);
  });

  it('allow nothing without the proof of a sign-in that has seen this very code', async () => {
    const begun = await start(app);
    const shown = await review(app, begun.userCode, ada);
    const [request, proof] = [fieldOf(shown, 'request'), fieldOf(shown, 'proof')];
    const unseen = fieldOf(await review(app, nobody, ada), 'proof');
    const trial = attempt(app, await registerClient(app));
    const elsewhere = await consentPage(app, trial, ada);
    for (const fields of [
      { request, decision: 'allow' },
      { proof, decision: 'allow' },
      { request: 'nonsense', proof, decision: 'allow' },
      { request: fieldOf(await show(app, trial.query), 'request'), proof, decision: 'allow' },
      { request, proof: 'nonsense', decision: 'allow' },
      { request, proof: request, decision: 'allow' },
      { request, proof: unseen, decision: 'allow' },
      { request, proof: fieldOf(elsewhere, 'proof'), decision: 'allow' },
      { request, proof, decision: 'whatever' },
      { request, proof },
    ] as Record<string, string>[])
      expect((await submit(app, fields)).status, JSON.stringify(fields).slice(0, 80)).toBe(400);
    expect((await poll(app, begun)).status).toBe(400);
    expect((await choose(app, shown, 'allow')).status).toBe(303);
  });

  it('are decided once', async () => {
    const begun = await start(app);
    const [first, second] = [
      await review(app, begun.userCode, ada),
      await review(app, begun.userCode, await app.signUp()),
    ];
    expect((await choose(app, first, 'allow')).status).toBe(303);
    for (const decision of ['allow', 'deny']) expect((await choose(app, second, decision)).status).toBe(400);
    expect((await review(app, begun.userCode, ada)).text).toContain('or was used');
    const { body } = await poll(app, begun);
    expect((await me(body['access_token'])).body).toMatchObject({ id: ada.id });
  });
});

it('no code, token or password reaches the report lines', async () => {
  const begun = await start(app);
  await app.call('GET', `/oauth/device?user_code=${begun.userCode}`);
  const shown = await review(app, begun.userCode, ada);
  await choose(app, shown, 'allow');
  const { body } = await poll(app, begun);
  const lines = app.lines.join('\n');
  const { deviceCode, userCode } = begun;
  const secrets = [deviceCode, userCode, userCode.replace('-', ''), ada.password, fieldOf(shown, 'proof')];
  for (const secret of [...secrets, body['access_token'], body['refresh_token']])
    expect(lines.includes(String(secret))).toBe(false);
});
