import { createHmac, generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, exportSPKI, importJWK, SignJWT } from 'jose';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../../lib/kernel/ids.ts';
import { baseUrl, type Keys, keySettings, newJwk, readKeys } from './keys.ts';

const subject = { userId: newId(), sessionId: newId(), role: 'viewer' } as const;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

let jwk: Awaited<ReturnType<typeof newJwk>>;
let keys: Keys;

beforeAll(async () => {
  jwk = await newJwk('one');
  keys = await readKeys(keySettings([jwk, await newJwk('two', 'EdDSA')]));
});
afterEach(() => {
  vi.useRealTimers();
});

interface Forgery {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly expiresIn?: string;
  readonly key?: object;
}

/** A token signed by the first key as ours are, but for what a forger changes. */
async function forge({ header = {}, claims = {}, expiresIn = '15 minutes', key = jwk }: Forgery): Promise<string> {
  const token = new SignJWT({ iss: baseUrl, aud: baseUrl, sub: newId(), sid: newId(), jti: newId(), ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt', ...header })
    .setIssuedAt()
    .setExpirationTime(expiresIn);
  return token.sign(await importJWK(key, 'ES256'));
}

describe('an access token', () => {
  it('names its session, user and permissions, for 15 minutes, and its key', async () => {
    const token = await keys.issue(subject);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: 'one', typ: 'at+jwt' });
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({
      iss: baseUrl,
      aud: baseUrl,
      sub: subject.userId,
      sid: subject.sessionId,
      role: 'viewer',
      permissions: ['mcps:read', 'knowledge:read', 'deployments:read', 'tasks:read'],
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(900);
    expect(await keys.verify(token)).toMatchObject({ sub: subject.userId, sid: subject.sessionId });
  });

  it('is good under either of two keys, whichever signs', async () => {
    const [one, two] = [await newJwk('old'), await newJwk('new', 'EdDSA')];
    const before = await readKeys(keySettings([one, two]));
    const after = await readKeys(keySettings([two, one]));
    expect(await after.verify(await before.issue(subject))).toBeDefined();
    expect(await before.verify(await after.issue(subject))).toBeDefined();
  });

  it('ends with its time, also when it was verified before', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const [seen, unseen] = [await keys.issue(subject), await keys.issue(subject)];
    expect(await keys.verify(seen)).toBeDefined();
    vi.setSystemTime(Date.now() + 900_000);
    expect(await keys.verify(seen)).toBeUndefined();
    expect(await keys.verify(unseen)).toBeUndefined();
  });

  it('is still good after a thousand others were seen', async () => {
    const token = await keys.issue(subject);
    for (let seen = 0; seen < 1100; seen += 1) await keys.verify(`${seen}`);
    expect(await keys.verify(token)).toBeDefined();
  });
});

describe('a forged token is refused:', () => {
  it('none of this is the forgery itself', async () => {
    expect(await keys.verify(await forge({}))).toBeDefined();
  });

  it.each<[string, Forgery]>([
    ['wrong type', { header: { typ: 'JWT' } }],
    ['no type', { header: { typ: undefined } }],
    ['no audience', { claims: { aud: undefined } }],
    ['wrong issuer', { claims: { iss: 'https://elsewhere.example' } }],
    ['no issuer', { claims: { iss: undefined } }],
    ['expired', { expiresIn: '-1 second' }],
    ['not yet valid', { claims: { nbf: Math.floor(Date.now() / 1000) + 60 } }],
    ['unknown key', { header: { kid: 'three' } }],
    ['no key id', { header: { kid: undefined } }],
    ["another key's id", { header: { kid: 'two' } }],
    ['no subject', { claims: { sub: undefined } }],
    ['no session', { claims: { sid: undefined } }],
    ['a session that is no id', { claims: { sid: { $ne: 1 } } }],
    ['no token id', { claims: { jti: undefined } }],
    ['an unknown critical extension', { header: { crit: ['ext'], ext: true } }],
  ])('%s', async (_name, forgery) => {
    const sign = await forge(forgery).catch(() => handSigned(forgery));
    expect(await keys.verify(sign)).toBeUndefined();
  });

  it.each(['jwk', 'jku', 'x5u', 'x5c'])('a key that the token brings along in %s', async (member) => {
    const own = await newJwk('one');
    const { d: _, ...publicJwk } = own;
    const values: Record<string, unknown> = {
      jwk: publicJwk,
      jku: 'https://evil.example/jwks.json',
      x5u: 'https://evil.example/cert.pem',
      x5c: ['MIIB'],
    };
    expect(await keys.verify(await forge({ header: { [member]: values[member] }, key: own }))).toBeUndefined();
  });

  it('alg none, in any spelling', async () => {
    const [, payload] = (await keys.issue(subject)).split('.');
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      const header = encode({ alg, kid: 'one', typ: 'at+jwt' });
      expect(await keys.verify(`${header}.${payload}.`)).toBeUndefined();
      expect(await keys.verify(`${header}.${payload}.AAAA`)).toBeUndefined();
    }
  });

  it('HS256 under the public key as the secret', async () => {
    const [, payload] = (await keys.issue(subject)).split('.');
    const [published] = keys.jwks;
    const spki = await exportSPKI(await publicKeyOf(published));
    for (const secret of [spki, JSON.stringify(published)]) {
      const input = `${encode({ alg: 'HS256', kid: 'one', typ: 'at+jwt' })}.${payload}`;
      const signature = createHmac('sha256', secret).update(input).digest('base64url');
      expect(await keys.verify(`${input}.${signature}`)).toBeUndefined();
    }
  });

  it('any changed part', async () => {
    const parts = (await keys.issue(subject)).split('.');
    for (const index of [0, 1, 2]) {
      const part = parts[index] ?? '';
      const middle = Math.floor(part.length / 2);
      const changed = part.slice(0, middle) + (part[middle] === 'A' ? 'B' : 'A') + part.slice(middle + 1);
      expect(await keys.verify(parts.with(index, changed).join('.'))).toBeUndefined();
    }
    expect(await keys.verify(parts.slice(0, 2).join('.'))).toBeUndefined();
    expect(await keys.verify([...parts, 'AAAA'].join('.'))).toBeUndefined();
  });

  it('the same bytes in another base64url spelling', async () => {
    const token = await keys.issue(subject);
    expect(await keys.verify(token)).toBeDefined();
    const last = token.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // 64 bytes leave four bits of the last character unused.
    const twin = alphabet[alphabet.indexOf(last) ^ 1] ?? '';
    expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(last, 'base64url'));
    for (const spelling of [token.slice(0, -1) + twin, `${token}=`, `${token}==`, `${token}\n`, ` ${token}`]) {
      expect(await keys.verify(spelling)).toBeUndefined();
    }
  });

  it('noise, and what is too long to be a token', async () => {
    for (const noise of ['', '.', '..', '...', 'a.b.c', '💥', `${'A'.repeat(100_000)}.A.A`]) {
      expect(await keys.verify(noise)).toBeUndefined();
    }
  });
});

describe('signing keys', () => {
  it('publish their public halves only', () => {
    expect(keys.jwks).toEqual([
      { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y, kid: 'one', alg: 'ES256', use: 'sig' },
      { kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: 'two', alg: 'EdDSA', use: 'sig' },
    ]);
  });

  it('refuse two keys of one name', async () => {
    await expect(readKeys(keySettings([jwk, await newJwk('one')]))).rejects.toThrow(/needs its own kid/);
  });

  it('refuse a key that does not fit its algorithm, without showing it', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const wrong = { ...privateKey.export({ format: 'jwk' }), kid: 'p384', alg: 'ES256' };
    const reading = readKeys(keySettings([wrong]));
    await expect(reading).rejects.toThrow(/p384 is not a private key for its alg/);
    await expect(reading).rejects.not.toThrow(new RegExp(String(wrong.d)));
  });
});

/** For headers that the library refuses to sign. */
async function handSigned({ header, claims }: Forgery): Promise<string> {
  const [, payload] = (await forge({ claims: claims ?? {} })).split('.');
  const input = `${encode({ alg: 'ES256', kid: 'one', typ: 'at+jwt', ...header })}.${payload}`;
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

async function publicKeyOf(published: Keys['jwks'][number] | undefined) {
  if (!published) throw new Error('No key is published.');
  const { use: _, ...publicJwk } = published;
  const key = await importJWK(publicJwk, 'ES256', { extractable: true });
  if (key instanceof Uint8Array) throw new Error('A symmetric key is published.');
  return key;
}
