import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type CallOptions, type SignedUp, startApp } from '../../harness.ts';

const auth = '/api/v1/auth';

let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
});

const me = (options: CallOptions) => app.call('GET', `${auth}/me`, options);
const makeKey = async (token: string, json: object = {}) =>
  String((await app.call('POST', `${auth}/api-keys`, { token, json: { name: 'ci', ...json } })).body['key']);

describe('two credentials in one request', () => {
  it('let in by the one that is valid', async () => {
    const key = await makeKey(ada.token);
    expect((await me({ token: ada.token, apiKey: 'mcp_live_stale' })).status).toBe(200);
    expect((await me({ token: 'stale', apiKey: key })).body).toMatchObject({ api_key: { name: 'ci' } });
    expect((await me({ token: 'stale', apiKey: 'mcp_live_stale' })).status).toBe(401);
  });

  it('act as the session when both are of the same person, and are refused when they are not', async () => {
    const both = await me({ token: ada.token, apiKey: await makeKey(ada.token) });
    expect([both.status, both.body['api_key']]).toEqual([200, undefined]);
    const grace = await app.signUp();
    const mixed = await me({ token: ada.token, apiKey: await makeKey(grace.token) });
    expect([mixed.status, mixed.body['error_code']]).toEqual([400, 'INVALID_REQUEST']);
  });

  it('make a ticket for the one that counted', async () => {
    const key = await makeKey(ada.token);
    const { body } = await app.call('POST', `${auth}/ticket`, { token: 'stale', apiKey: key });
    const leaving = new AbortController();
    const { status } = await fetch(`${app.url}/events?ticket=${String(body['ticket'])}`, { signal: leaving.signal });
    leaving.abort();
    expect(status).toBe(200);
  });
});

describe('an Idempotency-Key', () => {
  const create = (credential: CallOptions, key: string) =>
    app.call('POST', `${auth}/api-keys`, { ...credential, json: { name: 'ci' }, headers: { 'idempotency-key': key } });

  it('replays an answer to the credential that got it and to no other of the same person', async () => {
    const weak = await makeKey(ada.token, { scopes: ['mcps:read'] });
    const first = await create({ token: ada.token }, 'make-key-1');
    const again = await create({ token: ada.token }, 'make-key-1');
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    const other = await create({ apiKey: weak }, 'make-key-1');
    expect([other.status, other.text.includes(String(first.body['key']))]).toEqual([403, false]);
  });

  it('keeps no refusal', async () => {
    const weak = await makeKey(ada.token, { scopes: ['mcps:read'] });
    expect((await create({ apiKey: weak }, 'make-key-2')).status).toBe(403);
    expect((await create({ token: ada.token }, 'make-key-2')).status).toBe(201);
  });
});

describe('the right to give a role', () => {
  it('is bounded by what an API key carries, and a session of an admin has it', async () => {
    const { token } = await app.enterAdmin();
    const [inviter, updater, all] = [
      await makeKey(token, { scopes: ['users:invite'] }),
      await makeKey(token, { scopes: ['users:update'] }),
      await makeKey(token),
    ];
    const invite = (options: CallOptions, role: string) =>
      app.call('POST', '/api/v1/users/invites', { ...options, json: { role } });
    const change = (options: CallOptions, role: string) =>
      app.call('PATCH', `/api/v1/users/${ada.id}`, { ...options, json: { role } });
    const register = (options: CallOptions, role: string, name: string) =>
      app.call('POST', `${auth}/register`, {
        ...options,
        json: { username: name, email: `${name}@example.org`, password: 'Correct-Horse-7', role },
      });
    expect((await invite({ apiKey: inviter }, 'admin')).status).toBe(403);
    expect((await invite({ apiKey: inviter }, 'viewer')).status).toBe(403);
    expect((await invite({ apiKey: all }, 'admin')).status).toBe(201);
    expect((await invite({ token }, 'admin')).status).toBe(201);
    expect((await change({ apiKey: updater }, 'admin')).status).toBe(403);
    expect((await register({ apiKey: updater }, 'admin', 'mallory')).status).toBe(403);
    expect((await register({ token }, 'admin', 'barbara')).status).toBe(201);
  });
});

describe('names at login', () => {
  it('compare without case, and with every accent and blank', async () => {
    const json = { username: 'Frances', email: 'Frances@Example.com', password: 'Correct-Horse-7' };
    await app.call('POST', `${auth}/register`, { json });
    const status = async (username: string) =>
      (await app.call('POST', `${auth}/login`, { json: { username, password: json.password } })).status;
    expect([await status('FRANCES'), await status('frances@example.COM')]).toEqual([200, 200]);
    expect([await status('Francés'), await status('frances '), await status(' frances')]).toEqual([401, 401, 401]);
  });

  it('ids compare without case too', async () => {
    const { token } = await app.enterAdmin();
    const shouted = await app.call('PATCH', `/api/v1/users/${ada.id.toUpperCase()}`, {
      token,
      json: { is_active: true },
    });
    expect([shouted.status, shouted.body['id']]).toEqual([200, ada.id]);
  });
});

describe('rate limits', () => {
  it('count a person over all of their keys', async () => {
    const grace = await app.signUp();
    const keys = [await makeKey(grace.token), await makeKey(grace.token)];
    const remaining = async (options: CallOptions) =>
      Number(/r=(\d+)/.exec((await me(options)).headers.get('ratelimit') ?? '')?.[1]);
    const left = [await remaining({ token: grace.token })];
    for (const apiKey of keys) left.push(await remaining({ apiKey }));
    const [first = 0] = left;
    expect(left).toEqual([first, first - 1, first - 2]);
  });
});
