import { randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose';
import { allows, type Permission, permissions, permissionsOf, type Role } from '../../lib/kernel/http/caller.ts';
import type { App, CallOptions, SignedUp } from '../harness.ts';
import { waitUntil } from '../wait-until.ts';

/** Somebody with a credential, and what the contract lets him do. */
export interface CallerKind {
  readonly name: string;
  readonly credential: CallOptions;
  /** undefined: the credential is not to be taken at all. */
  readonly may: ((permission: Permission) => boolean) | undefined;
  /** A key for servers that are not asked for. */
  readonly isHeldElsewhere?: boolean;
}

/** One of every kind of caller. `signingKeys` is the platform's own JWT_PRIVATE_KEYS. */
export async function everyCaller(app: App, signingKeys: string, admin: SignedUp): Promise<CallerKind[]> {
  const [developer, viewer] = await Promise.all([app.signUp('developer'), app.signUp('viewer')]);
  return [
    ...bad('nobody', {}),
    ...(await badTokens(app, signingKeys, developer, admin)),
    ...(await badKeys(app, developer)),
    role('viewer', viewer),
    role('developer', developer),
    role('admin', admin),
    ...(await keysOf(app, admin)),
  ];
}

function bad(name: string, credential: CallOptions): CallerKind[] {
  return [{ name, credential, may: undefined }];
}

function role(name: Role, { token }: SignedUp): CallerKind {
  return { name, credential: { token }, may: (permission) => allows({ permissions: permissionsOf(name) }, permission) };
}

async function badTokens(app: App, signingKeys: string, user: SignedUp, admin: SignedUp): Promise<CallerKind[]> {
  const claims = decodeJwt(user.token);
  const header = decodeProtectedHeader(user.token);
  const [jwk] = JSON.parse(signingKeys) as [Parameters<typeof importJWK>[0]];
  const own = await importJWK(jwk, 'ES256');
  const { privateKey: foreign } = await generateKeyPair('ES256');
  const sign = (change: JWTPayload, key: Parameters<SignJWT['sign']>[0] = own, typ = 'at+jwt') =>
    new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg: 'ES256', kid: header.kid ?? '', typ }).sign(key);
  const [out, dismissed] = await Promise.all([app.signUp(), app.signUp()]);
  await app.call('POST', '/api/v1/auth/logout', { token: out.token });
  const ended = { token: admin.token, json: { is_active: false } };
  await app.call('PATCH', `/api/v1/users/${dismissed.id}`, ended);
  const now = Math.floor(Date.now() / 1000);
  const tokens: Record<string, string> = {
    'a token that is none': 'nonsense',
    'a malformed token': `${user.token}=`,
    'a token that is over': await sign({ iat: now - 1000, exp: now - 1 }),
    'a token of an application': await sign({ aud: `${app.url}/mcp/v1`, client_id: 'https://client.example/x' }),
    'a token for somebody else': await sign({ aud: 'https://elsewhere.example' }),
    'a token from somebody else': await sign({ iss: 'https://elsewhere.example' }),
    'a token of another type': await sign({}, own, 'JWT'),
    'a token with a foreign signature': await sign({}, foreign),
    'a token of no session': await sign({ sid: randomUUID() }),
    "a token of another user's session": await sign({ sub: admin.id }),
    'a session that was logged out': out.token,
    'a deactivated user': dismissed.token,
  };
  return Object.entries(tokens).flatMap(([name, token]) => bad(name, { token }));
}

async function badKeys(app: App, owner: SignedUp): Promise<CallerKind[]> {
  const soon = new Date(Date.now() + 1500).toISOString();
  const [ended, revoked] = await Promise.all([makeKey(app, owner, { expires_at: soon }), makeKey(app, owner, {})]);
  await app.call('DELETE', `/api/v1/auth/api-keys/${revoked.id}`, { token: owner.token });
  await waitUntil('the end of a key', () => Date.now() > Date.parse(soon));
  return [
    ...bad('a key that is over', { apiKey: ended.key }),
    ...bad('a revoked key', { apiKey: revoked.key }),
    ...bad('a key that is none', { apiKey: 'mcp_live_nonsense' }),
    ...bad('a changed key', { apiKey: `${revoked.key.slice(0, -1)}A` }),
  ];
}

async function makeKey(app: App, { token }: SignedUp, json: object): Promise<{ id: string; key: string }> {
  const { status, body, text } = await app.call('POST', '/api/v1/auth/api-keys', {
    token,
    json: { name: 'k', ...json },
  });
  if (status !== 201) throw new Error(text);
  return { id: String(body['id']), key: String(body['key']) };
}

/** For each permission a key of an admin with exactly that scope, and one with all the others; and keys that are held to a server. */
async function keysOf(app: App, admin: SignedUp): Promise<CallerKind[]> {
  const make = async (name: string, scopes: readonly Permission[], more: object = {}): Promise<CallerKind> => {
    const { key } = await makeKey(app, admin, { scopes, ...more });
    return { name, credential: { apiKey: key }, may: (permission) => scopes.includes(permission) };
  };
  // One after the other: a person's things of a kind are counted one at a time.
  const kinds: CallerKind[] = [];
  for (const permission of permissions) {
    const others = permissions.filter((other) => other !== permission);
    kinds.push(await make(`a key with ${permission} alone`, [permission]));
    kinds.push(await make(`a key with everything but ${permission}`, others));
  }
  const elsewhere = await make('a key for another server', ['mcps:read', 'mcp:call'], { servers: ['another-server'] });
  return [...kinds, { ...elsewhere, isHeldElsewhere: true }, await make('a key without scopes', [])];
}
