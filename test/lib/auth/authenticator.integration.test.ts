import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newApiKeyText } from '../../../lib/auth/api-key-text.ts';
import { createAuthenticator } from '../../../lib/auth/authenticator.ts';
import type { KeyStatus, User } from '../../../lib/auth/ports.ts';
import { newSession } from '../../../lib/auth/session.ts';
import type { Role } from '../../../lib/kernel/http/caller.ts';
import type { Authenticator } from '../../../lib/kernel/lambda/runtime.ts';
import { newId } from '../../../lib/kernel/ids.ts';
import { baseUrl, type Keys, newSigningKeys } from './keys.ts';
import { startSessionStore } from './start-sessions.ts';

let store: Awaited<ReturnType<typeof startSessionStore>>;
let keys: Keys;
let authenticator: Authenticator;

beforeAll(async () => {
  store = await startSessionStore();
  keys = await newSigningKeys();
  authenticator = createAuthenticator({ ...store, verificationKeys: keys, settings: settingsWith('optional') });
});
afterAll(() => store.stop());

const issuerUrl = baseUrl;

function settingsWith(ADMIN_TOTP: 'required' | 'optional') {
  return { BASE_URL: issuerUrl, ADMIN_TOTP };
}

const refusal = {
  type: 'unauthorized',
  options: {
    headers: { 'www-authenticate': expect.stringMatching(/^Bearer error="invalid_token", error_description="[^"]+"$/) },
  },
};

/** A user with a session and its access token. */
async function enter(role: Role = 'developer') {
  const user: User = {
    id: newId(),
    username: 'ada',
    email: 'ada@example.com',
    role,
    isActive: true,
    passwordHash: '',
    passwordIsTemporary: false,
    secondFactor: undefined,
    createdAt: new Date(1000),
    updatedAt: new Date(1000),
  };
  const { family } = newSession(user);
  const status = { userId: user.id, role, isActive: true, hasSecondFactor: false, version: user.updatedAt };
  const [token] = await Promise.all([
    keys.issue({ userId: user.id, sessionId: family.id, role }),
    store.sessions.openFamily(family),
    store.sessions.putUser(status),
  ]);
  return { user, family, status, token };
}

async function giveKey(userId: string, over: Partial<KeyStatus> = {}) {
  const { text, hash } = newApiKeyText(userId);
  const status = { keyId: newId(), userId, scopes: undefined, servers: undefined, expiresAt: undefined, ...over };
  await store.sessions.putKey(hash, status);
  return { text, hash, keyId: status.keyId };
}

describe('the authenticator', () => {
  it('admits a session with what its user may do now, whatever the token says', async () => {
    const { user, family, status, token } = await enter('developer');
    expect(await authenticator.authenticate(token)).toMatchObject({
      userId: user.id,
      role: 'developer',
      sessionId: family.id,
      permissions: expect.arrayContaining(['mcps:create']),
    });
    await store.sessions.putUser({ ...status, role: 'viewer', version: new Date(2000) });
    const demoted = await authenticator.authenticate(token);
    expect(demoted).toMatchObject({ role: 'viewer' });
    expect(demoted.permissions).not.toContain('mcps:create');
  });

  it('refuses an ended session on the next request', async () => {
    const { family, token } = await enter();
    await authenticator.authenticate(token);
    await store.sessions.endFamily(family.id);
    await expect(authenticator.authenticate(token)).rejects.toMatchObject(refusal);
  });

  it('refuses a deactivated user on the next request, by session and by key', async () => {
    const { user, status, token } = await enter();
    const key = await giveKey(user.id);
    await Promise.all([authenticator.authenticate(token), authenticator.authenticate(key.text)]);
    await store.sessions.putUser({ ...status, isActive: false, version: new Date(2000) });
    await expect(authenticator.authenticate(token)).rejects.toMatchObject(refusal);
    await expect(authenticator.authenticate(key.text)).rejects.toMatchObject(refusal);
  });

  it('refuses sessions older than a change of password, but the one that made it', async () => {
    const { user, family, token } = await enter();
    const other = newSession(user);
    await store.sessions.openFamily(other.family);
    const otherToken = await keys.issue({ userId: user.id, sessionId: other.family.id, role: user.role });
    await store.sessions.endFamiliesOf(user.id, { before: new Date(1001), except: family.id });
    expect(await authenticator.authenticate(token)).toMatchObject({ sessionId: family.id });
    await expect(authenticator.authenticate(otherToken)).rejects.toMatchObject(refusal);
    const later = newSession({ ...user, updatedAt: new Date(1001) });
    await store.sessions.openFamily(later.family);
    const laterToken = await keys.issue({ userId: user.id, sessionId: later.family.id, role: user.role });
    expect(await authenticator.authenticate(laterToken)).toMatchObject({ sessionId: later.family.id });
  });

  it("refuses a well-signed token for somebody else's session", async () => {
    const [mine, theirs] = [await enter(), await enter('admin')];
    const crossed = await keys.issue({ userId: mine.user.id, sessionId: theirs.family.id, role: 'admin' });
    await expect(authenticator.authenticate(crossed)).rejects.toMatchObject(refusal);
  });

  it("admits an API key with those of its scopes that its owner's role has", async () => {
    const { user, status } = await enter('developer');
    const key = await giveKey(user.id, { scopes: ['mcps:read', 'mcps:create', 'users:read'], servers: ['acme'] });
    expect(await authenticator.authenticate(key.text)).toEqual({
      userId: user.id,
      role: 'developer',
      permissions: ['mcps:read', 'mcps:create'],
      apiKey: { id: key.keyId, hash: key.hash, servers: ['acme'] },
    });
    await store.sessions.putUser({ ...status, role: 'viewer', version: new Date(2000) });
    expect(await authenticator.authenticate(key.text)).toMatchObject({ permissions: ['mcps:read'] });
  });

  it("holds an admin's scoped key to its scopes", async () => {
    const { user } = await enter('admin');
    const [scoped, none, all] = await Promise.all([
      giveKey(user.id, { scopes: ['mcps:read'] }),
      giveKey(user.id, { scopes: [] }),
      giveKey(user.id),
    ]);
    expect((await authenticator.authenticate(scoped.text)).permissions).toEqual(['mcps:read']);
    expect((await authenticator.authenticate(none.text)).permissions).toEqual([]);
    expect((await authenticator.authenticate(all.text)).permissions).toEqual(['*:*']);
  });

  it('refuses a revoked, an expired, an unknown and a malformed key', async () => {
    const { user } = await enter();
    const revoked = await giveKey(user.id);
    await store.sessions.deleteKey(revoked.hash);
    const expired = await giveKey(user.id, { expiresAt: new Date(Date.now() - 1) });
    for (const key of [revoked.text, expired.text, newApiKeyText(user.id).text, 'mcp_live_', 'mcp_live_nonsense']) {
      await expect(authenticator.authenticate(key)).rejects.toMatchObject(refusal);
    }
  });

  it('counts a token and a key that was good before under their user, and a made-up key under nobody', async () => {
    const { user, token } = await enter();
    const key = await giveKey(user.id);
    expect(await authenticator.identify(token)).toBe(`user:${user.id}`);
    expect(await authenticator.identify(key.text)).toBeUndefined();
    await authenticator.authenticate(key.text);
    expect(await authenticator.identify(key.text)).toBe(`user:${user.id}`);
    await store.sessions.deleteKey(key.hash);
    await expect(authenticator.authenticate(key.text)).rejects.toMatchObject(refusal);
    expect(await authenticator.identify(key.text)).toBeUndefined();
    expect(await authenticator.identify(newApiKeyText(user.id).text)).toBeUndefined();
    for (const noise of ['', 'nonsense', 'mcp_live_nonsense', `${token}x`]) {
      expect(await authenticator.identify(noise)).toBeUndefined();
    }
  });
});

describe('an application', () => {
  const resource = `${issuerUrl}/mcp/weather/v1`;

  async function authorizeApplication(role: Role = 'developer', scope = 'mcp:call offline_access') {
    const { user } = await enter(role);
    const grant = { id: newId(), clientId: 'https://client.example/app', resource, scope };
    const { family } = newSession(user, grant);
    await store.sessions.openFamily(family);
    const subject = { userId: user.id, sessionId: grant.id, clientId: grant.clientId, resource, scope };
    return { user, family, token: await keys.issueForApplication(subject) };
  }

  it('reaches the one endpoint that its token is for, with what the user let it do', async () => {
    const { user, family, token } = await authorizeApplication();
    expect(await authenticator.authenticate(token, '/mcp/weather/v1')).toEqual({
      userId: user.id,
      role: 'developer',
      permissions: ['mcp:call'],
      application: { grantId: family.id, clientId: 'https://client.example/app' },
    });
    for (const elsewhere of [undefined, '/mcp/other/v1', '/mcp/v1', '/mcp/weather/v1/', ''])
      await expect(authenticator.authenticate(token, elsewhere)).rejects.toMatchObject(refusal);
  });

  it('may do nothing that its user may not do any more, or did not allow', async () => {
    const viewer = await authorizeApplication('viewer');
    expect((await authenticator.authenticate(viewer.token, '/mcp/weather/v1')).permissions).toEqual([]);
    const unscoped = await authorizeApplication('developer', 'offline_access');
    expect((await authenticator.authenticate(unscoped.token, '/mcp/weather/v1')).permissions).toEqual([]);
  });

  it('is over with its grant, at once', async () => {
    const { family, token } = await authorizeApplication();
    await store.sessions.endFamily(family.id);
    await expect(authenticator.authenticate(token, '/mcp/weather/v1')).rejects.toMatchObject(refusal);
  });

  it('cannot pass its token off as a session of the user', async () => {
    const { user, family } = await authorizeApplication();
    const token = await keys.issue({ userId: user.id, sessionId: family.id, role: 'developer' });
    await expect(authenticator.authenticate(token)).rejects.toMatchObject(refusal);
  });
});

describe('an admin without a second factor, where one is required', () => {
  it('may do nothing, by session or key, until there is one', async () => {
    const strict = createAuthenticator({ ...store, verificationKeys: keys, settings: settingsWith('required') });
    const { user, status, token } = await enter('admin');
    const key = await giveKey(user.id);
    for (const credential of [token, key.text])
      expect(await strict.authenticate(credential)).toMatchObject({
        role: 'viewer',
        permissions: [],
        lacksSecondFactor: true,
      });
    await store.sessions.putUser({ ...status, hasSecondFactor: true, version: new Date(2000) });
    expect(await strict.authenticate(token)).toMatchObject({ role: 'admin', permissions: ['*:*'] });
    const developer = await enter();
    expect((await strict.authenticate(developer.token)).permissions).toContain('mcps:create');
  });
});
