import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { registerClient, signIn, token } from './sign-in.ts';

let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
});

const refresh = (clientId: string, refresh_token: string, more: Record<string, string> = {}) =>
  token(app, { grant_type: 'refresh_token', client_id: clientId, refresh_token, ...more });
const ping = (access: string) =>
  app.call('POST', '/mcp/v1', {
    token: access,
    json: { jsonrpc: '2.0', id: 1, method: 'ping' },
    headers: { accept: 'application/json, text/event-stream' },
  });

describe('a refresh token', () => {
  it('gives another pair for the same endpoint, and is not one of a person', async () => {
    const { clientId, refresh: first } = await signIn(app, ada);
    const next = await refresh(clientId, first);
    expect([next.status, next.body['token_type'], next.headers.get('cache-control')]).toEqual([
      200,
      'Bearer',
      'no-store',
    ]);
    const person = await app.call('POST', '/api/v1/auth/refresh', {
      json: { refresh_token: next.body['refresh_token'] },
    });
    expect(person.status).toBe(401);
    const applications = await refresh(clientId, ada.refreshToken);
    expect([applications.status, applications.body['error']]).toEqual([400, 'invalid_grant']);
  });

  it('serves five processes that come with the same one at once', async () => {
    const { clientId, refresh: first } = await signIn(app, ada);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => refresh(clientId, first)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body['refresh_token'])).size).toBe(1);
  });

  it('that was spent ends everything once its successor was used, and belongs to its client', async () => {
    const { clientId, refresh: first } = await signIn(app, ada);
    const other = await registerClient(app);
    expect((await refresh(other, first)).body['error']).toBe('invalid_grant');
    const second = String((await refresh(clientId, first)).body['refresh_token']);
    const { body: last } = await refresh(clientId, second);
    expect((await refresh(clientId, first)).status).toBe(400);
    expect((await ping(String(last['access_token']))).status).toBe(401);
    expect((await refresh(clientId, String(last['refresh_token']))).status).toBe(400);
  });

  it('cannot widen scope or resource', async () => {
    const { clientId, refresh: first } = await signIn(app, ada, { scope: 'mcp:call' });
    expect((await refresh(clientId, first, { scope: 'mcp:call users:update' })).body['error']).toBe('invalid_scope');
    const { clientId: id, refresh: again } = await signIn(app, ada);
    const elsewhere = await refresh(id, again, { resource: `${app.url}/mcp/other/v1` });
    expect(elsewhere.body['error']).toBe('invalid_target');
  });
});
