import * as z from 'zod';
import { JOSEError } from 'jose/errors';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import type { JWTPayload } from 'jose';
import { importJWK } from 'jose/key/import';
import { type Role, permissionsOf } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import { isCanonical } from './base64url.ts';
import { PublicJwk } from './jwks.ts';

/** Seconds for which an access token is good, where nothing else is set. */
const defaultAccessTokenSeconds = 900;

const tokenType = 'at+jwt';
const maxTokenLength = 8192;
const maxRemembered = 1000;

const AccessClaims = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  exp: z.number(),
  aud: z.union([z.string(), z.array(z.string())]),
  /** There in the token of an application (RFC 9068). */
  client_id: z.string().optional(),
});
export type AccessClaims = z.output<typeof AccessClaims>;

export interface VerificationKeys {
  /** The claims of a token of ours that is good now, after RFC 8725, whatever its audience; undefined for anything else. */
  verify(token: string): Promise<AccessClaims | undefined>;
  /** In the order of the setting. */
  readonly jwks: readonly PublicJwk[];
}

export interface SigningKey {
  /** For how long its tokens are good. */
  readonly accessTokenSeconds: number;
  /** A new access token of a session. */
  issue(subject: { readonly userId: string; readonly sessionId: string; readonly role: Role }): Promise<string>;
  /** A new access token of an application, good at one MCP endpoint. */
  issueForApplication(subject: {
    readonly userId: string;
    readonly sessionId: string;
    readonly clientId: string;
    readonly resource: string;
    readonly scope: string;
  }): Promise<string>;
}

/** A private JWK as `JWT_PRIVATE_KEYS` holds it. */
export interface PrivateJwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: 'ES256' | 'EdDSA';
  readonly d: string;
  readonly [member: string]: unknown;
}

/**
 * The keys of `JWT_PUBLIC_KEYS`, which all verify.
 * @throws Error when a key is not what its `alg` says or two keys share a `kid`.
 */
export async function readVerificationKeys(settings: {
  readonly BASE_URL: string;
  readonly JWT_PUBLIC_KEYS: readonly { readonly kid: string; readonly [member: string]: unknown }[];
}): Promise<VerificationKeys> {
  const keys = await Promise.all(settings.JWT_PUBLIC_KEYS.map(readPublicKey));
  const issuer = settings.BASE_URL;
  const byKid = new Map(keys.map((key) => [key.jwk.kid, key]));
  if (byKid.size < keys.length) throw new Error('Configuration: JWT_PUBLIC_KEYS: each key needs its own kid');

  const check = async (token: string): Promise<AccessClaims | undefined> => {
    if (token.length > maxTokenLength || !token.split('.').every(isCanonical)) return undefined;
    try {
      const { payload } = await jwtVerify(
        token,
        ({ kid, alg }) => {
          const key = kid === undefined ? undefined : byKid.get(kid);
          // Each key verifies by its own algorithm, whatever the token would like.
          if (!key || key.jwk.alg !== alg) throw new JOSEError('No key of ours');
          return key.publicKey;
        },
        {
          issuer,
          typ: tokenType,
          algorithms: keys.map(({ jwk }) => jwk.alg),
          requiredClaims: ['exp', 'iat', 'jti', 'aud'],
        },
      );
      return AccessClaims.safeParse(payload).data;
    } catch (error) {
      if (error instanceof JOSEError) return undefined;
      throw error;
    }
  };
  return { verify: rememberVerified(check), jwks: keys.map(({ jwk }) => jwk) };
}

/**
 * The first key of `JWT_PRIVATE_KEYS`, which signs.
 * @throws Error when it is not what its `alg` says.
 */
export async function readSigningKey(settings: {
  readonly BASE_URL: string;
  readonly JWT_PRIVATE_KEYS: readonly PrivateJwk[];
  readonly ACCESS_TOKEN_SECONDS?: number;
}): Promise<SigningKey> {
  const { ACCESS_TOKEN_SECONDS: accessTokenSeconds = defaultAccessTokenSeconds } = settings;
  const [jwk] = settings.JWT_PRIVATE_KEYS;
  if (!jwk) throw new Error('Configuration: JWT_PRIVATE_KEYS: holds no key');
  const privateKey = await importJWK(jwk, jwk.alg).catch((cause: unknown) => {
    throw new Error(`Configuration: JWT_PRIVATE_KEYS: ${jwk.kid} is not a private key for its alg`, { cause });
  });
  const sign = (claims: JWTPayload, subject: string, audience: string): Promise<string> =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: jwk.alg, kid: jwk.kid, typ: tokenType })
      .setIssuer(settings.BASE_URL)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(`${accessTokenSeconds} s`)
      .setJti(newId())
      .sign(privateKey);
  return {
    accessTokenSeconds,
    issue: ({ userId, sessionId, role }) =>
      sign({ sid: sessionId, role, permissions: [...permissionsOf(role)] }, userId, settings.BASE_URL),
    issueForApplication: ({ userId, sessionId, clientId, resource, scope }) =>
      sign({ sid: sessionId, client_id: clientId, scope }, userId, resource),
  };
}

async function readPublicKey(given: { readonly kid: string }) {
  try {
    const jwk = PublicJwk.parse({ ...given, use: 'sig' });
    return { jwk, publicKey: await importJWK(jwk, jwk.alg) };
  } catch (cause) {
    throw new Error(`Configuration: JWT_PUBLIC_KEYS: ${given.kid} is not a public key for its alg`, { cause });
  }
}

/** A signature that held once holds until the token expires: the most recently seen tokens are not verified again. */
function rememberVerified(check: VerificationKeys['verify']): VerificationKeys['verify'] {
  const remembered = new Map<string, Promise<AccessClaims | undefined>>();
  return async (token) => {
    const verifying = remembered.get(token) ?? check(token);
    remembered.delete(token);
    remembered.set(token, verifying);
    const claims = await verifying.catch((error: unknown) => {
      remembered.delete(token);
      throw error;
    });
    const good = claims !== undefined && claims.exp * 1000 > Date.now();
    if (!good) remembered.delete(token);
    const oldest = remembered.keys().next();
    if (remembered.size > maxRemembered && !oldest.done) remembered.delete(oldest.value);
    return good ? claims : undefined;
  };
}
