import * as z from 'zod';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { type Client, type ClientServices, findClient } from './clients.ts';
import { matchesRedirect } from './redirects.ts';
import { OAuthError, type Reply } from './reply.ts';
import { readResource, readScope } from './resources.ts';

/** What a client asks for, checked. It travels through the forms encrypted, so nothing is stored until there is a code. */
const AuthorizationRequest = z.object({
  clientId: z.string(),
  redirectUri: z.string(),
  state: z.string().optional(),
  scope: z.string(),
  resource: z.string(),
  challenge: z.string(),
  mustAsk: z.boolean(),
  expiresAt: z.number(),
});
export type AuthorizationRequest = z.output<typeof AuthorizationRequest>;

export interface AuthorizationServices extends ClientServices {
  readonly settings: BaseSettings;
}

/** A person has so long to sign in. */
const requestMs = 600_000;
const requestContext = 'oauth-request';

/** A fault that the client learns of by the redirect; before client and redirect are known, a page says it to the person. */
export class RedirectedError extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super('The client is told by a redirect.');
    this.name = 'RedirectedError';
    this.reply = reply;
  }
}

/**
 * Reads an authorization request (RFC 6749, section 4.1.1, with PKCE by S256).
 * @throws OAuthError for a client or redirect that is not known: nobody is sent anywhere; RedirectedError for everything after that.
 */
export async function readAuthorization(
  services: AuthorizationServices,
  asked: Readonly<Record<string, string>>,
): Promise<{ client: Client; request: AuthorizationRequest }> {
  const client = await findClient(services, asked['client_id']);
  const redirectUri = asked['redirect_uri'] ?? (client.redirectUris.length === 1 ? client.redirectUris[0] : undefined);
  if (redirectUri === undefined || !client.redirectUris.some((known) => matchesRedirect(known, redirectUri)))
    throw new OAuthError(
      'invalid_request',
      'The address to go back to is not one that the application has registered.',
    );
  const state = asked['state'];
  try {
    return { client, request: { clientId: client.id, redirectUri, state, ...readRequestedAccess(services, asked) } };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const { code, message } = error;
    throw new RedirectedError(
      redirectTo(services.settings, { redirectUri, state }, { error: code, error_description: message }),
    );
  }
}

function readRequestedAccess({ settings }: AuthorizationServices, asked: Readonly<Record<string, string>>) {
  if (asked['response_type'] !== 'code')
    throw new OAuthError('unsupported_response_type', 'The response_type is code.');
  if ((asked['response_mode'] ?? 'query') !== 'query')
    throw new OAuthError('invalid_request', 'The response_mode is query.');
  if (asked['request'] !== undefined || asked['request_uri'] !== undefined)
    throw new OAuthError('invalid_request', 'Request objects are not supported.');
  const challenge = asked['code_challenge'] ?? '';
  if (asked['code_challenge_method'] !== 'S256' || !/^[\w-]{43}$/.test(challenge))
    throw new OAuthError('invalid_request', 'Send a code_challenge, with code_challenge_method=S256.');
  if ((asked['state'] ?? '').length > 2000)
    throw new OAuthError('invalid_request', 'The state has more than 2,000 characters.');
  const prompts = (asked['prompt'] ?? '').split(' ');
  if (prompts.includes('none'))
    throw new OAuthError('access_denied', 'Nobody stays signed in here, so prompt=none cannot be done.');
  return {
    scope: readScope(asked['scope']),
    resource: readResource(settings, asked['resource']),
    challenge,
    mustAsk: prompts.includes('consent'),
    expiresAt: Date.now() + requestMs,
  };
}

/** A way back to the client: by GET, whatever was sent (303), and always with the issuer (RFC 9207). */
export function redirectTo(
  { BASE_URL }: Pick<BaseSettings, 'BASE_URL'>,
  { redirectUri, state }: Pick<AuthorizationRequest, 'redirectUri'> & { state?: string | undefined },
  answer: Readonly<Record<string, string>>,
): Reply {
  const query = new URLSearchParams({ ...answer, ...(state !== undefined && { state }), iss: BASE_URL });
  const location = `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.toString()}`;
  return { status: 303, headers: { location, 'cache-control': 'no-store' }, text: '' };
}

export function encryptRequest(encryptor: Encryptor, request: AuthorizationRequest): Promise<string> {
  return encryptor.encrypt(JSON.stringify(request), requestContext);
}

/** @throws OAuthError `invalid_request` for one that is not ours, or too old. */
export async function decryptRequest(encryptor: Encryptor, text: string | undefined): Promise<AuthorizationRequest> {
  const request = await decryptForm(encryptor, text, requestContext, AuthorizationRequest);
  if (!request || request.expiresAt < Date.now())
    throw new OAuthError(
      'invalid_request',
      'The sign-in has taken too long, or the form is not ours. Start again in the application.',
    );
  return request;
}

/** Browsers say from where a form was sent; without that, the form itself must be one that we have made. @throws OAuthError `access_denied`. */
export function assertOwnForm(headers: Readonly<Record<string, string>>): void {
  if (!['same-origin', undefined].includes(headers['sec-fetch-site']))
    throw new OAuthError('access_denied', 'The form was sent by another site.');
}

/** What a hidden field of a form of ours holds; undefined when anybody else has made it. */
export async function decryptForm<S extends z.ZodType>(
  encryptor: Encryptor,
  text: string | undefined,
  context: string,
  schema: S,
): Promise<z.output<S> | undefined> {
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(await encryptor.decrypt(text, context)));
  } catch {
    // Whatever cannot be decrypted was not encrypted here for this.
    return undefined;
  }
}
