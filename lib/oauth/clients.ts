import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { Upstream } from '../upstream/ports.ts';
import { fetchDocument } from './fetch-document.ts';
import { isRedirect } from './redirects.ts';
import { OAuthError } from './reply.ts';

/** An application that wants to act for a user. All are public clients: none has a secret. */
export interface Client {
  readonly id: string;
  readonly name: string;
  readonly redirectUris: readonly string[];
  /** The host whose document describes it; undefined for one that registered itself, as anybody can under any name. */
  readonly host: string | undefined;
}

export interface ClientServices {
  readonly encryptor: Encryptor;
  readonly upstream: Upstream;
  readonly settings: Pick<BaseSettings, 'OAUTH_CLIENT_DOCUMENTS'>;
}

/** The platform's own client: `mcpp`, which signs a person in for good and not for one MCP endpoint. */
export const commandLine = 'mcpp';

/** @throws OAuthError `invalid_client` for any other client. */
export function assertCommandLine(clientId: string): void {
  if (clientId !== commandLine)
    throw new OAuthError('invalid_client', `Device codes are for the client ${commandLine} alone.`);
}

const registrationPrefix = 'mcp_client_';
const registrationContext = 'oauth-client';
const maxRedirects = 10;
const maxRegistrationBytes = 3000;

const Name = z.string().trim().min(1).max(100);
const Redirects = z.array(z.string().refine(isRedirect, 'is not an allowed address')).min(1).max(maxRedirects);
const Kept = z.object({ n: z.string(), r: z.array(z.string()) });

const Registration = z.looseObject({ client_name: Name.optional().catch(undefined), redirect_uris: Redirects });

/**
 * Registers a client without keeping anything: the client's id is the registration, encrypted (RFC 7591, appendix A.5.2). Some clients register whenever they list
 * their servers.
 * @throws OAuthError `invalid_redirect_uri`, `invalid_client_metadata`.
 */
export async function registerClient(
  { encryptor }: Pick<ClientServices, 'encryptor'>,
  metadata: unknown,
): Promise<Record<string, unknown>> {
  const read = Registration.safeParse(metadata);
  if (!read.success) throw refusedRegistration(read.error);
  const { client_name = 'An application without a name', redirect_uris } = read.data;
  const text = JSON.stringify({ n: client_name, r: redirect_uris } satisfies z.output<typeof Kept>);
  if (Buffer.byteLength(text) > maxRegistrationBytes)
    throw new OAuthError(
      'invalid_client_metadata',
      `Name and redirect_uris have more than ${maxRegistrationBytes} bytes.`,
    );
  return {
    client_id: registrationPrefix + (await encryptor.encrypt(text, registrationContext)),
    client_id_issued_at: Math.floor(Date.now() / 1000),
    client_name,
    redirect_uris,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
}

function refusedRegistration(error: z.ZodError): OAuthError {
  const [issue] = error.issues;
  const place = issue?.path.join('.') ?? '';
  const isRedirects = place.startsWith('redirect_uris');
  const rule = 'https, http on localhost, 127.0.0.1 or [::1], or a scheme of your own; no fragment, no user info';
  return isRedirects
    ? new OAuthError('invalid_redirect_uri', `${place}: one to ${maxRedirects} addresses (${rule}).`)
    : new OAuthError('invalid_client_metadata', 'Send a JSON object with redirect_uris.');
}

/** @throws OAuthError `invalid_client` for an unknown, forged or unreachable client. */
export async function findClient(services: ClientServices, id: string | undefined): Promise<Client> {
  if (id?.startsWith(registrationPrefix)) return openRegistration(services, id);
  if (id?.startsWith('https://') && services.settings.OAUTH_CLIENT_DOCUMENTS === 'on')
    return readDocument(await fetchDocument(services.upstream, id), id);
  throw new OAuthError('invalid_client', 'The client is unknown. Register it at /oauth/register.');
}

async function openRegistration({ encryptor }: ClientServices, id: string): Promise<Client> {
  try {
    const text = await encryptor.decrypt(id.slice(registrationPrefix.length), registrationContext);
    const { n, r } = Kept.parse(JSON.parse(text));
    return { id, name: n, redirectUris: r, host: undefined };
  } catch {
    // Made up, altered, or encrypted under a key that was retired: the client registers again.
    throw new OAuthError('invalid_client', 'The client is unknown. Register it again at /oauth/register.');
  }
}

const Document = z.looseObject({
  client_id: z.string(),
  client_name: Name.optional().catch(undefined),
  redirect_uris: z.array(z.string()).min(1).max(100),
  token_endpoint_auth_method: z.string().optional(),
  client_secret: z.undefined().optional(),
});

function readDocument(found: unknown, id: string): Client {
  const read = Document.safeParse(found);
  if (!read.success || read.data.client_id !== id)
    throw new OAuthError(
      'invalid_client',
      'The document at the client id does not describe a public client of that id.',
    );
  const { client_name, redirect_uris } = read.data;
  const { host } = new URL(id);
  return { id, name: client_name ?? host, redirectUris: redirect_uris.filter(isRedirect), host };
}

/** A client's id as it is kept and put into tokens: registrations are long, so their hash stands for them. */
export function clientKey(id: string): string {
  if (!id.startsWith(registrationPrefix)) return id;
  return `registered:${createHash('sha256').update(id).digest('base64url')}`;
}
