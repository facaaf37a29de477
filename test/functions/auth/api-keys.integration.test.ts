import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { waitUntil } from '../../wait-until.ts';

const path = '/api/v1/auth/api-keys';

let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
});

async function createKey(json: Record<string, unknown> = {}, { token } = ada) {
  const { status, body } = await app.call('POST', path, { token, json: { name: 'ci', ...json } });
  expect(status).toBe(201);
  return { id: String(body['id']), key: String(body['key']), body };
}

const me = (apiKey: string) => app.call('GET', '/api/v1/auth/me', { apiKey });

describe('POST /auth/api-keys', () => {
  it('shows the key once, good at once, by either header', async () => {
    const { id, key, body } = await createKey({ scopes: ['mcps:read'], servers: ['acme'] });
    expect(body).toEqual({
      id,
      name: 'ci',
      key: expect.stringMatching(/^mcp_live_[A-Za-z0-9_-]{32,}$/),
      scopes: ['mcps:read'],
      servers: ['acme'],
      created_at: expect.any(String),
      expires_at: null,
    });
    const answer = await me(key);
    expect(answer.body).toMatchObject({
      id: ada.id,
      permissions: ['mcps:read'],
      api_key: { id, scopes: ['mcps:read'], servers: ['acme'], prefix: key.slice(0, 15) },
    });
    expect(answer.text).not.toContain(key);
    expect((await app.call('GET', '/api/v1/auth/me', { token: key })).status).toBe(200);
  });

  it('carries all that its owner may do when no scopes are named', async () => {
    const { key, body } = await createKey();
    expect(body).toMatchObject({ scopes: null, servers: null });
    const own = await app.call('GET', '/api/v1/auth/me', { token: ada.token });
    expect((await me(key)).body['permissions']).toEqual(own.body['permissions']);
  });

  it('refuses a scope that its owner lacks', async () => {
    const viewer = await app.signUp('viewer');
    const { status, body } = await app.call('POST', path, {
      token: viewer.token,
      json: { name: 'too much', scopes: ['mcps:read', 'mcps:create'] },
    });
    expect(status).toBe(403);
    expect(body).toMatchObject({ required_permission: 'mcps:create' });
  });

  it('is for people: a key makes no keys, and revokes none but itself', async () => {
    const [{ id, key }, other] = [await createKey(), await createKey()];
    expect((await app.call('POST', path, { apiKey: key, json: { name: 'child' } })).status).toBe(403);
    expect((await app.call('DELETE', `${path}/${other.id}`, { apiKey: key })).status).toBe(403);
    expect((await me(other.key)).status).toBe(200);
    expect((await app.call('DELETE', `${path}/${id}`, { apiKey: key })).status).toBe(200);
    expect((await me(key)).status).toBe(401);
  });

  it.each([
    ['no name', { name: '' }, 'name'],
    ['an end in the past', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['an end that is no time', { expires_at: 'soon' }, 'expires_at'],
    ['an unknown permission', { scopes: ['everything'] }, 'scopes'],
    ['all permissions at once', { scopes: ['*:*'] }, 'scopes'],
    ['a server that is no slug', { servers: ['../etc'] }, 'servers'],
    ['an unknown field', { key: 'mcp_live_mine' }, 'key'],
  ])('refuses %s', async (_what, json, field) => {
    const { status, body } = await app.call('POST', path, { token: ada.token, json: { name: 'ci', ...json } });
    expect(status).toBe(422);
    expect(body['errors']).toMatchObject([{ pointer: expect.stringMatching(new RegExp(`^/${field}`)) }]);
  });

  it('ends by itself at its time', async () => {
    const { key } = await createKey({ expires_at: new Date(Date.now() + 1500).toISOString() });
    expect((await me(key)).status).toBe(200);
    await waitUntil('the end of the key', async () => (await me(key)).status === 401);
  });
});

describe('GET /auth/api-keys', () => {
  it("lists the caller's own, newest first, without the keys themselves", async () => {
    const owner = await app.signUp();
    const [one, two, three] = [
      await createKey({ name: 'one' }, owner),
      await createKey({ name: 'two' }, owner),
      await createKey({ name: 'three' }, owner),
    ];
    const { body, text } = await app.call('GET', `${path}?page_size=2`, { token: owner.token });
    expect(body).toMatchObject({ total: 3, page: 1, page_size: 2, pages: 2 });
    expect(body['items']).toMatchObject([
      { id: three.id, name: 'three', prefix: three.key.slice(0, 15), last_used_at: null, revoked_at: null },
      { id: two.id, name: 'two' },
    ]);
    expect(text).not.toContain(one.key);
    expect(text).not.toContain(three.key);
  });

  it('shows when a key was last used', async () => {
    const { id, key } = await createKey();
    await me(key);
    await expect
      .poll(async () => (await app.call('GET', path, { token: ada.token })).body['items'])
      .toContainEqual(expect.objectContaining({ id, last_used_at: expect.stringMatching(/Z$/) }));
  });

  it('refuses a page that cannot be', async () => {
    for (const query of ['page=0', 'page_size=101', 'page=x']) {
      expect((await app.call('GET', `${path}?${query}`, { token: ada.token })).status).toBe(422);
    }
  });
});

describe('DELETE /auth/api-keys/{key_id}', () => {
  it('kills the key for the next request, and may be repeated', async () => {
    const { id, key } = await createKey();
    for (const _ of [1, 2]) {
      const { status, body } = await app.call('DELETE', `${path}/${id}`, { token: ada.token });
      expect(status).toBe(200);
      expect(body).toMatchObject({ id, message: expect.any(String) });
    }
    expect((await me(key)).status).toBe(401);
    const { body } = await app.call('GET', path, { token: ada.token });
    expect(body['items']).toContainEqual(expect.objectContaining({ id, revoked_at: expect.stringMatching(/Z$/) }));
  });

  it("answers somebody else's key like a missing one, and leaves it alone", async () => {
    const { id, key } = await createKey();
    const stranger = await app.signUp();
    const theirs = await app.call('DELETE', `${path}/${id}`, { token: stranger.token });
    expect(theirs).toMatchObject({ status: 404, body: { resource_type: 'api_key', resource_id: id } });
    const missing = await app.call('DELETE', `${path}/${stranger.id}`, { token: stranger.token });
    expect(missing.body['detail']).toBe(theirs.body['detail']);
    expect((await me(key)).status).toBe(200);
    expect((await app.call('DELETE', `${path}/nonsense`, { token: stranger.token })).status).toBe(422);
  });
});
