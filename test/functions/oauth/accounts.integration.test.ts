import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { deployed } from '../deployments/deploy.ts';
import { begin, comeBack, connect, wayOut } from './connect.ts';
import { type FarServer, startFarServer } from './far-server.ts';

let app: App;
let far: FarServer;
let owner: SignedUp;
let slug: string;
let deploymentId: string;
let view: Record<string, unknown>;
beforeAll(async () => {
  [app, far] = await Promise.all([startApp(), startFarServer()]);
  owner = await app.signUp();
  const made = await deployed(app, owner.token, { access: 'team' }, { name: 'far', url: far.url });
  ({ slug } = made.tool);
  deploymentId = made.id;
  view = made.view;
});
afterEach(() => {
  far.metadata = {};
  far.resource = {};
  far.answer = {};
  far.lifetime = 3600;
});

const rpc = (user: SignedUp, method: string, params: object = {}, headers: Record<string, string> = {}) =>
  app.call('POST', `/mcp/${slug}/v1`, {
    token: user.token,
    json: { jsonrpc: '2.0', id: 1, method, params },
    headers: { accept: 'application/json, text/event-stream', ...headers },
  });
const callTool = (user: SignedUp, headers?: Record<string, string>) =>
  rpc(user, 'tools/call', { name: 'whoami', arguments: {} }, headers);
const openSession = async (user: SignedUp, capabilities: object = {}) => {
  const clientInfo = { name: 'trial', version: '1' };
  const { headers } = await rpc(user, 'initialize', { protocolVersion: '2025-11-25', capabilities, clientInfo });
  return { 'mcp-session-id': headers.get('mcp-session-id') ?? '' };
};
const accountsOf = async (user: SignedUp) =>
  (await app.call('GET', '/api/v1/auth/accounts', { token: user.token })).body['items'] as Record<string, string>[];
const linkOf = () => `${app.url}/oauth/connect/${slug}?scope=far%3Ause`;

describe('without an account', () => {
  it('a server is deployed all the same, and its owner is given the link', () => {
    expect(view).toMatchObject({ status: 'running', tools: null });
    expect(JSON.stringify(view['last_error'])).toContain(linkOf());
  });

  it('a client begins a session, finds the tool that gives the link, and is led to it', async () => {
    const user = await app.signUp();
    const session = await openSession(user);
    const listed = await rpc(user, 'tools/list', {}, session);
    expect(listed.body).toMatchObject({ result: { tools: [{ name: 'connect_account' }] } });
    const called = await rpc(user, 'tools/call', { name: 'connect_account', arguments: {} }, session);
    expect(called.body).toMatchObject({ result: { isError: true } });
    expect(called.text).toContain(linkOf());
    expect((await connect(app, slug, user)).status).toBe(200);
    const again = await rpc(user, 'tools/call', { name: 'connect_account', arguments: {} }, session);
    expect(again.text).toContain('is connected');
    expect((await rpc(user, 'tools/list', {}, session)).body).toMatchObject({
      result: { tools: [{ name: 'whoami' }] },
    });
    expect((await callTool(user, session)).text).toContain('far away: whoami');
  });

  it('a client that opens URLs for its user is given the URL, in either revision', async () => {
    const user = await app.signUp();
    const session = await openSession(user, { elicitation: { url: {} } });
    expect((await callTool(user, session)).body).toMatchObject({
      error: { code: -32_042, data: { elicitations: [{ mode: 'url', url: linkOf() }] } },
    });
    const version = '2026-07-28';
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} } },
    };
    const headers = { 'mcp-protocol-version': version, 'mcp-method': 'tools/call', 'mcp-name': 'whoami' };
    const modern = await rpc(user, 'tools/call', { name: 'whoami', arguments: {}, _meta }, headers);
    expect(modern.body).toMatchObject({
      result: {
        resultType: 'input_required',
        inputRequests: { account: { method: 'elicitation/create', params: { mode: 'url', url: linkOf() } } },
      },
    });
  });

  it('the JSON endpoint answers 403 with the link', async () => {
    const user = await app.signUp();
    const { status, body } = await app.call('POST', `/mcp/${slug}/v1/tools/whoami`, { token: user.token, json: {} });
    expect([status, body['type'], body['connect_url']]).toEqual([
      403,
      'urn:mcp-platform:problem:account-required',
      linkOf(),
    ]);
  });
});

describe('connecting', () => {
  it('registers the platform, asks for this server alone with PKCE, and keeps what comes to itself', async () => {
    const user = await app.signUp();
    const page = await begin(app, slug, user);
    expect(page.text).toContain(new URL(far.url).host);
    expect(page.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/);
    const { url, cookie } = wayOut(page);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      resource: far.url,
      scope: 'far:use offline_access',
    });
    expect(far.registrations.at(-1)).toMatchObject({
      redirect_uris: [url.searchParams.get('redirect_uri')],
      application_type: 'native',
    });
    const back = await comeBack(url);
    expect((await app.call('GET', back, { headers: { cookie } })).status).toBe(200);
    const [account] = await accountsOf(user);
    expect(account).toMatchObject({ slug, issuer: far.issuer, server_host: new URL(far.url).host, scope: 'far:use' });
    expect((await callTool(user)).text).toContain('far away');
    const token = /Bearer (.+)/.exec(far.presented.at(-1) ?? '')?.[1] ?? 'none';
    expect(far.presented).not.toContain(`Bearer ${user.token}`);
    expect(app.lines.join('\n')).not.toContain(token);
    expect(JSON.stringify(account)).not.toContain(token);
    expect((await app.call('GET', back, { headers: { cookie } })).status, 'a code comes once').toBe(400);
  });

  it('by its owner shows the tools to everybody', async () => {
    await connect(app, slug, owner);
    const { body } = await app.call('GET', `/api/v1/deployments/${deploymentId}`, { token: owner.token });
    expect(body).toMatchObject({ tools: [{ name: 'whoami' }], last_error: null });
    const user = await app.signUp();
    const session = await openSession(user);
    expect((await rpc(user, 'tools/list', {}, session)).text).toContain('whoami');
    expect((await callTool(user, session)).text).toContain(linkOf());
  });

  it('is of whoever signs in, and ends in no other browser than it began in', async () => {
    const [mallory, victim] = [await app.signUp(), await app.signUp()];
    const { url } = wayOut(await begin(app, slug, mallory));
    const back = await comeBack(url);
    const { cookie } = wayOut(await begin(app, slug, victim));
    for (const headers of [{}, { cookie }, { cookie: 'mcp-connect=x' }] as Record<string, string>[])
      expect((await app.call('GET', back, { headers })).status).toBe(400);
    expect([await accountsOf(mallory), await accountsOf(victim)]).toEqual([[], []]);
  });

  it('takes no answer of another issuer, none without the issuer, and no other state', async () => {
    const user = await app.signUp();
    for (const answer of [
      { iss: 'https://other.example' },
      { iss: '' },
      { state: 'A'.repeat(43) },
      { state: '' },
    ] as Record<string, string>[]) {
      far.answer = answer;
      const { url, cookie } = wayOut(await begin(app, slug, user));
      const { status } = await app.call('GET', await comeBack(url), { headers: { cookie } });
      expect(status, JSON.stringify(answer)).toBeGreaterThanOrEqual(400);
    }
    far.answer = {};
    const { url, cookie } = wayOut(await begin(app, slug, user));
    const elsewhere = (await comeBack(url)).replace(/accounts\/[\w-]{22}/, `accounts/${'A'.repeat(22)}`);
    expect((await app.call('GET', elsewhere, { headers: { cookie } })).status).toBe(400);
    expect(await accountsOf(user)).toEqual([]);
  });

  it.each([
    ['an issuer that calls itself otherwise', { metadata: { issuer: 'https://other.example' } }],
    ['an issuer without PKCE', { metadata: { code_challenge_methods_supported: ['plain'] } }],
    ['a sign-in without https', { metadata: { authorization_endpoint: 'http://other.example/authorize' } }],
    ['script in place of a sign-in', { metadata: { authorization_endpoint: 'javascript:alert(1)' } }],
    ['registration at the metadata service', { metadata: { registration_endpoint: 'http://169.254.169.254/latest' } }],
    ['an issuer that registers nobody', { metadata: { registration_endpoint: undefined } }],
    ['metadata of another server', { resource: { resource: 'https://other.example/mcp' } }],
    ['an issuer at the metadata service', { resource: { authorization_servers: ['http://169.254.169.254'] } }],
  ])('refuses %s', async (_what, faults: Partial<Pick<FarServer, 'metadata' | 'resource'>>) => {
    const user = await app.signUp();
    Object.assign(far, faults);
    const { status, text } = await begin(app, slug, user);
    expect([status, text.includes('<a href')]).toEqual([502, false]);
    expect(text).toContain('role="alert"');
  });

  it('needs the form of ours, the right password, and a server that the user may call', async () => {
    const user = await app.signUp();
    const refused = [
      await begin(app, slug, { ...user, password: 'Wrong-Horse-7' }),
      await begin(app, slug, user, { headers: { 'sec-fetch-site': 'cross-site' } }),
      await begin(app, 'nothing-here', user),
      await begin(app, slug, await app.signUp('viewer')),
    ];
    expect(refused.map(({ status }) => status)).toEqual([401, 403, 404, 403]);
    const raw = new URLSearchParams({ request: 'x', username: user.username, password: user.password }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await app.call('POST', `/oauth/connect/${slug}`, { raw, headers })).status).toBe(400);
  });
});

describe('an account', () => {
  it('whose token has expired is refreshed once, however many calls come at once', async () => {
    const user = await app.signUp();
    far.lifetime = 1;
    await connect(app, slug, user);
    far.lifetime = 3600;
    const before = far.refreshes();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => callTool(user)));
    expect(answers.map(({ text }) => text.includes('far away'))).toEqual([true, true, true, true, true]);
    expect(far.refreshes() - before).toBe(1);
  });

  it('whose token the server does not take is refreshed; one that the issuer has ended is to be connected again', async () => {
    const user = await app.signUp();
    await connect(app, slug, user);
    far.forgetAccessTokens();
    expect((await callTool(user)).text).toContain('far away');
    far.forgetAll();
    expect((await callTool(user)).text).toContain(linkOf());
    expect(await accountsOf(user)).toEqual([]);
  });

  it('is sent to nobody else, when the tool leads elsewhere', async () => {
    const user = await app.signUp();
    const other = await startFarServer();
    const made = await deployed(app, user.token, {}, { name: 'far', url: far.url });
    await connect(app, made.tool.slug, user);
    const config = { servers: [{ name: 'far', url: other.url }] };
    await app.call('PUT', `/api/v1/mcps/${made.tool.id}`, { token: user.token, json: { version: '2.0.0', config } });
    const replaced = await app.call('POST', '/api/v1/deployments?replace=true', {
      token: user.token,
      json: { tool_id: made.tool.id },
    });
    expect(replaced.status).toBe(201);
    await expect
      .poll(async () => {
        await app.call('POST', `/mcp/${made.tool.slug}/v1/tools/whoami`, { token: user.token, json: {} });
        return other.presented.length;
      })
      .toBeGreaterThan(2);
    expect(new Set(other.presented)).toEqual(new Set([undefined]));
  });

  it('is forgotten by its owner alone, with the next call', async () => {
    const [user, stranger] = [await app.signUp(), await app.signUp()];
    await connect(app, slug, user);
    const [account] = await accountsOf(user);
    const path = `/api/v1/auth/accounts/${account?.['id'] ?? ''}`;
    expect((await app.call('DELETE', path, { token: stranger.token })).status).toBe(404);
    expect((await app.call('DELETE', path, { token: user.token })).status).toBe(200);
    expect((await callTool(user)).text).toContain(linkOf());
  });
});

it('what the platform says of itself as a client names its own address and one way back', async () => {
  const key = 'A'.repeat(22);
  const { body } = await app.call('GET', `/oauth/accounts/${key}/client.json`);
  expect(body).toMatchObject({
    client_id: `${app.url}/oauth/accounts/${key}/client.json`,
    redirect_uris: [`${app.url}/oauth/accounts/${key}/callback`],
    token_endpoint_auth_method: 'none',
  });
});
