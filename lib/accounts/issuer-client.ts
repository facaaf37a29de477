import {
  allowInsecureRequests,
  AuthorizationResponseError,
  type ClientAuth,
  ClientError,
  ClientSecretPost,
  Configuration,
  customFetch,
  type CustomFetch,
  None,
  ResponseBodyError,
  type ServerMetadata,
} from 'openid-client';
import { type Upstream, UpstreamFailure } from '../upstream/ports.ts';
import { sendGuarded } from '../upstream/send-guarded.ts';
import type { IssuedClient } from './account-tokens.ts';
import type { IssuerMetadata } from './discover-issuer.ts';

/** The library's view of an issuer, and of the platform as its client; every request of it goes over the guarded way out. */
export function configurationFor(
  upstream: Upstream,
  server: Pick<IssuerMetadata, 'issuer'> & Partial<IssuerMetadata>,
  client: IssuedClient,
): Configuration {
  const configuration = new Configuration(
    server as ServerMetadata,
    client.client_id,
    undefined,
    authenticationOf(client),
  );
  configuration[customFetch] = fetchOver(upstream);
  // The guarded way holds plain HTTP to loopback and private networks.
  allowInsecureRequests(configuration);
  return configuration;
}

function authenticationOf({ client_secret: secret, token_endpoint_auth_method: method }: IssuedClient) {
  if (secret === undefined || method === 'none') return None();
  return method === 'client_secret_post' ? ClientSecretPost(secret) : basic(secret);
}

/** The library's own also escapes what needs none (`-`, `_`, `.`), which issuers that do not decode take for another client. */
function basic(secret: string): ClientAuth {
  return (_server, { client_id }, _body, headers) => {
    const credentials = [client_id, secret]
      .map((text) => new URLSearchParams([['', text]]).toString().slice(1))
      .join(':');
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
  };
}

/** `fetch` as the library wants it: forms to the token endpoint, documents from elsewhere. */
export function fetchOver(upstream: Upstream): CustomFetch {
  return async (url, { method, headers, body }) => {
    const {
      status,
      headers: answered,
      text,
    } = await sendGuarded(upstream, {
      url,
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      ...(body instanceof URLSearchParams && { body: body.toString() }),
      ...(typeof body === 'string' && { body }),
    });
    return new Response(status === 204 || status === 304 ? null : text, { status, headers: { ...answered } });
  };
}

/** The error code that an issuer gave, e.g. `invalid_grant`; undefined for any other failure. */
export function issuerErrorOf(error: unknown): string | undefined {
  return error instanceof ResponseBodyError || error instanceof AuthorizationResponseError ? error.error : undefined;
}

/** Whether a failure is the issuer's: away, refusing, or answering what it must not. */
export function isIssuerFault(error: unknown): boolean {
  if (error instanceof UpstreamFailure || error instanceof ClientError) return true;
  return issuerErrorOf(error) !== undefined;
}
