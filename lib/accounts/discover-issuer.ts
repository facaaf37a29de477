import * as z from 'zod';
import { newestSessionProtocol } from '../upstream/server-answers.ts';
import { requestText } from '../upstream/json-rpc.ts';
import { type Upstream, UpstreamFailure } from '../upstream/ports.ts';
import { isSafeUrl, sendGuarded } from '../upstream/send-guarded.ts';
import { serverUrlOf } from './account-tokens.ts';
import { readChallenge } from './challenge.ts';

/** Why an account cannot be connected, in a sentence for whoever wants to. */
export class NotConnectable extends Error {}

const Resource = z.looseObject({
  resource: z.url(),
  authorization_servers: z.array(z.url().max(500)).min(1),
  scopes_supported: z.array(z.string()).optional(),
});

/** What the platform needs to know of an authorization server (RFC 8414). */
export const IssuerMetadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  registration_endpoint: z.url().optional(),
  scopes_supported: z.array(z.string()).optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  client_id_metadata_document_supported: z.boolean().optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});
export type IssuerMetadata = z.output<typeof IssuerMetadata>;

export interface FoundIssuer {
  readonly metadata: IssuerMetadata;
  /** The server as its tokens name it. */
  readonly resource: string;
  /** What to ask for; undefined: what the issuer gives by itself. */
  readonly scope: string | undefined;
}

/**
 * Who gives tokens for a remote server: by its challenge and its metadata (RFC 9728), or, as in protocol 2025-03-26, the server's own host.
 * @param wanted The scope that an earlier call lacked.
 * @throws NotConnectable.
 */
export async function discoverIssuer(
  upstream: Upstream,
  server: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  wanted: string | undefined,
): Promise<FoundIssuer> {
  const challenge = await challengeOf(upstream, server);
  const resource = await readResource(upstream, server.url, challenge.resourceMetadata);
  const issuer = resource?.authorization_servers[0] ?? new URL(server.url).origin;
  const metadata = await readIssuer(upstream, issuer);
  const scopes = (wanted ?? challenge.scope)?.split(' ') ?? resource?.scopes_supported ?? [];
  // Without it some issuers give no refresh token.
  const offline = metadata.scopes_supported?.includes('offline_access') === true ? ['offline_access'] : [];
  const scope = [...new Set([...scopes, ...offline])].join(' ');
  return {
    metadata,
    resource: resource?.resource ?? serverUrlOf(server.url),
    scope: scope === '' ? undefined : scope,
  };
}

async function challengeOf(
  upstream: Upstream,
  { url, headers }: { url: string; headers: Readonly<Record<string, string>> },
) {
  const clientInfo = { name: 'mcp-platform', version: '1.0.0' };
  const params = { protocolVersion: newestSessionProtocol, capabilities: {}, clientInfo };
  const sent = { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const answer = await reached(new URL(url).host, () =>
    upstream.send({
      url,
      method: 'POST',
      headers: sent,
      body: requestText(1, 'initialize', params),
      guarded: true,
      headTimeoutMs: 10_000,
      signal: AbortSignal.timeout(15_000),
    }),
  );
  for await (const _ of answer.body) break;
  const challenge = readChallenge(answer, headers);
  // Some servers ask for an account only when a tool is called.
  return challenge ?? { resourceMetadata: undefined, scope: undefined };
}

async function readResource(upstream: Upstream, url: string, named: string | undefined) {
  const { origin, pathname, host } = new URL(url);
  const path = pathname.replace(/\/$/, '');
  const wellKnown = `${origin}/.well-known/oauth-protected-resource`;
  const places = named === undefined ? [...new Set([`${wellKnown}${path}`, wellKnown])] : [named];
  for (const place of places) {
    const found = Resource.safeParse(await readJson(upstream, place));
    if (!found.success) continue;
    const resource = new URL(found.data.resource);
    const within = resource.pathname.replace(/\/$/, '');
    if (resource.origin !== origin || (path !== within && !path.startsWith(`${within}/`)))
      throw new NotConnectable(`The metadata of ${host} is about another server, so it is not believed.`);
    return found.data;
  }
  if (named !== undefined) throw new NotConnectable(`The metadata of ${host} cannot be read.`);
  return undefined;
}

async function readIssuer(upstream: Upstream, issuer: string): Promise<IssuerMetadata> {
  const { origin, pathname, host } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  for (const place of new Set(places)) {
    const found = IssuerMetadata.safeParse(await readJson(upstream, place));
    if (!found.success) continue;
    const metadata = found.data;
    if (metadata.issuer.replace(/\/$/, '') !== issuer.replace(/\/$/, ''))
      throw new NotConnectable(`The authorization server ${host} calls itself by another name, so it is not believed.`);
    if (metadata.code_challenge_methods_supported?.includes('S256') !== true)
      throw new NotConnectable(`The authorization server ${host} does not offer PKCE with S256, which MCP requires.`);
    if (!isSafeUrl(metadata.authorization_endpoint))
      throw new NotConnectable(`The authorization server ${host} wants the sign-in at an address without https.`);
    return metadata;
  }
  throw new NotConnectable(`${host} does not say how to sign in: it publishes no metadata of an authorization server.`);
}

/** undefined for whatever is no JSON document. */
async function readJson(upstream: Upstream, url: string): Promise<unknown> {
  if (!isSafeUrl(url)) throw new NotConnectable('Metadata is read by https alone.');
  const headers = { accept: 'application/json' };
  const answer = await reached(new URL(url).host, () => sendGuarded(upstream, { url, method: 'GET', headers }));
  if (answer.status !== 200) return undefined;
  try {
    return JSON.parse(answer.text);
  } catch {
    // The next place may have it.
    return undefined;
  }
}

/** @throws NotConnectable when there is no answer. */
export async function reached<T>(host: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof UpstreamFailure) throw new NotConnectable(`${host}: ${error.message}.`, { cause: error });
    throw error;
  }
}
