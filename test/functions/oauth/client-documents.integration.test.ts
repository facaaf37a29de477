import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type Reply, type SignedUp, startApp } from '../../harness.ts';
import { type ClientHost, startClientHost } from './client-host.ts';
import { attempt, authorize, consentPage, exchange, redirectUri, registerClient, show } from './sign-in.ts';

let app: App;
let host: ClientHost;
beforeAll(async () => {
  host = await startClientHost([redirectUri]);
  app = await startApp({ env: { OAUTH_CLIENT_DOCUMENTS: 'on' } });
});

const isAsked = ({ status, text }: Reply) => status === 200 && text.includes('name="proof"');
async function allow(user: SignedUp, clientId: string): Promise<string> {
  const trial = attempt(app, clientId);
  const back = await authorize(app, trial, user);
  const { body } = await exchange(app, trial, back.searchParams.get('code') ?? '');
  return String(body['access_token']);
}

describe('a client that its host describes', () => {
  it('is offered in the metadata, named by its host, and gets tokens', async () => {
    const { body } = await app.call('GET', '/.well-known/oauth-authorization-server');
    expect(body['client_id_metadata_document_supported']).toBe(true);
    const page = await show(app, attempt(app, host.id).query);
    expect(page.text).toContain(`described at <strong>localhost:${host.port}</strong>`);
    const user = await app.signUp();
    expect(await allow(user, host.id)).toMatch(/^ey/);
    const { body: grants } = await app.call('GET', '/api/v1/auth/grants', { token: user.token });
    expect(grants['items']).toMatchObject([{ application: 'Vouched', described_at: `localhost:${host.port}` }]);
  });

  it('is allowed once for an endpoint, unless it wants the user asked, until that is taken back', async () => {
    const user = await app.signUp();
    await allow(user, host.id);
    const again = await consentPage(app, attempt(app, host.id), user);
    expect([again.status, new URL(again.headers.get('location') ?? '').searchParams.has('code')]).toEqual([303, true]);
    for (const more of [{ prompt: 'consent' }, { prompt: 'login consent' }, { resource: `${app.url}/mcp/other/v1` }])
      expect(isAsked(await consentPage(app, attempt(app, host.id, more), user)), JSON.stringify(more)).toBe(true);
    expect(isAsked(await consentPage(app, attempt(app, host.id), await app.signUp())), 'another user').toBe(true);
    const { body } = await app.call('GET', '/api/v1/auth/grants', { token: user.token });
    for (const { id } of body['items'] as { id: string }[])
      await app.call('DELETE', `/api/v1/auth/grants/${id}`, { token: user.token });
    expect(isAsked(await consentPage(app, attempt(app, host.id), user))).toBe(true);
  });

  it('is not found behind a redirect', async () => {
    const { status, text } = await show(app, attempt(app, host.moved).query);
    expect([status, text.includes('You have not been sent anywhere')]).toEqual([400, true]);
  });
});

it('a client that has registered itself is asked about each time', async () => {
  const user = await app.signUp();
  const clientId = await registerClient(app);
  await allow(user, clientId);
  expect(isAsked(await consentPage(app, attempt(app, clientId), user))).toBe(true);
});

it('no document is fetched from inside', async () => {
  const walled = await startApp({ env: { OAUTH_CLIENT_DOCUMENTS: 'on', ALLOW_PRIVATE_ADDRESSES: 'false' } });
  const before = host.requests.length;
  for (const authority of ['localhost', '127.0.0.1', '[::1]', '[::ffff:7f00:1]', '0.0.0.0', 'a.localhost'])
    for (const path of ['inside.json', 'client.json?x'])
      expect((await show(walled, attempt(walled, `https://${authority}:${host.port}/${path}`).query)).status).toBe(400);
  for (const id of ['https://169.254.169.254/latest/meta-data', 'https://10.0.0.1/x', 'https://[fd00::1]/x'])
    expect((await show(walled, attempt(walled, id).query)).status, id).toBe(400);
  expect(host.requests.slice(before)).toEqual([]);
});
