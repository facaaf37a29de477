import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type BaseSettings, jsonText } from '../kernel/settings/settings.ts';
import type { Upstream } from '../upstream/ports.ts';
import { IssuedClient } from './account-tokens.ts';
import { type IssuerMetadata, NotConnectable, reached } from './discover-issuer.ts';
import { sendGuarded } from '../upstream/send-guarded.ts';

type Settings = Pick<BaseSettings, 'BASE_URL' | 'OAUTH_CLIENT_DOCUMENTS'>;
/** Clients that the operator has registered, by issuer. */
export type OperatorClients = Readonly<Record<string, IssuedClient>>;

/** Stands for an issuer in addresses: each sends its answers to one of its own, so that one cannot pass off another's as its own (RFC 9700, section 4.4). */
export function issuerKey(issuer: string): string {
  return createHash('sha256').update(issuer.replace(/\/$/, '')).digest('base64url').slice(0, 22);
}

export const IssuerKey = z.object({ issuer_key: z.string().regex(/^[\w-]{22}$/, 'A key of 22 characters') });

export function callbackUrl({ BASE_URL }: Settings, key: string): string {
  return `${BASE_URL}/oauth/accounts/${key}/callback`;
}

/** What issuers read of the platform (client id metadata document). */
export function clientDocument(settings: Settings, key: string) {
  return { client_id: documentUrl(settings, key), ...metadataOf(settings, key), token_endpoint_auth_method: 'none' };
}

function documentUrl({ BASE_URL }: Settings, key: string): string {
  return `${BASE_URL}/oauth/accounts/${key}/client.json`;
}

function metadataOf(settings: Settings, key: string) {
  return {
    client_name: 'MCP Platform',
    client_uri: settings.BASE_URL,
    redirect_uris: [callbackUrl(settings, key)],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // A way back without https is one that issuers allow to programs on the user's machine alone.
    application_type: settings.BASE_URL.startsWith('https://') ? 'web' : 'native',
  };
}

/**
 * The platform as a client of an issuer: as its operator registered it, by its document, or registered now (RFC 7591).
 * @throws NotConnectable.
 */
export async function clientAt(
  { upstream, settings, operatorClients }: { upstream: Upstream; settings: Settings; operatorClients: OperatorClients },
  metadata: IssuerMetadata,
  scope: string | undefined,
): Promise<IssuedClient> {
  const { issuer, registration_endpoint: url } = metadata;
  const known = operatorClients[issuer] ?? operatorClients[issuer.replace(/\/$/, '')];
  if (known) return known;
  const key = issuerKey(issuer);
  const isPublished = settings.OAUTH_CLIENT_DOCUMENTS === 'on' && settings.BASE_URL.startsWith('https://');
  if (isPublished && metadata.client_id_metadata_document_supported === true)
    return { client_id: documentUrl(settings, key), token_endpoint_auth_method: 'none' };
  const { host } = new URL(issuer);
  if (url === undefined)
    throw new NotConnectable(
      `${host} registers no applications by itself. The operator registers one there, with the redirect address ${callbackUrl(settings, key)}, and names it in OAUTH_ISSUER_CLIENTS.`,
    );
  const offered = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const method = ['none', 'client_secret_post', 'client_secret_basic'].find((each) => offered.includes(each)) ?? 'none';
  const wanted = {
    ...metadataOf(settings, key),
    token_endpoint_auth_method: method,
    ...(scope !== undefined && { scope }),
  };
  const { status, text } = await reached(host, () =>
    sendGuarded(upstream, {
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(wanted),
    }),
  );
  const registered = status === 200 || status === 201 ? Registered.safeParse(text) : undefined;
  if (!registered?.success) throw new NotConnectable(`${host} did not register the platform (HTTP ${status}).`);
  return { token_endpoint_auth_method: method, ...registered.data };
}

const Registered = jsonText.pipe(IssuedClient);
