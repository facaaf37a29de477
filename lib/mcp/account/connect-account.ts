import { buildAuthorizationUrl, calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client';
import * as z from 'zod';
import { IssuedClient, serverUrlOf } from '../../accounts/account-tokens.ts';
import { discoverIssuer, type FoundIssuer, IssuerMetadata, NotConnectable } from '../../accounts/discover-issuer.ts';
import { configurationFor } from '../../accounts/issuer-client.ts';
import { callbackUrl, clientAt, issuerKey, type OperatorClients } from '../../accounts/issuer-registration.ts';
import type { AccountStore } from '../../accounts/ports.ts';
import type { User } from '../../auth/ports.ts';
import { Problem } from '../../kernel/errors/problem.ts';
import { allows, permissionsOf } from '../../kernel/http/caller.ts';
import type { RequestFacts } from '../../kernel/lambda/declaration.ts';
import type { BaseSettings } from '../../kernel/settings/settings.ts';
import { decryptForm } from '../../oauth/authorization.ts';
import { keepPending } from '../../oauth/browser.ts';
import type { CodeStore } from '../../oauth/ports.ts';
import { leaveForProvider } from '../../oauth/leave-for-provider.ts';
import { type FormServices, proveByForm } from '../../oauth/prove-by-form.ts';
import { readForm, type Reply } from '../../oauth/reply.ts';
import type { Encryptor } from '../../secrets/encryptor.ts';
import type { Upstream } from '../../upstream/ports.ts';
import { findServer, remoteEndpointOf, type ServerServices } from '../find-server.ts';
import { connectFaultPage, connectPage, leavePage, withConnectPages } from './pages.ts';
import { formContext, Wanted } from './show-connect.ts';

export type ConnectServices = Omit<ServerServices, 'quotas'> &
  FormServices & {
    readonly encryptor: Encryptor;
    readonly upstream: Upstream;
    readonly settings: BaseSettings;
    readonly codes: CodeStore;
    readonly operatorClients: OperatorClients;
    readonly accounts: AccountStore;
  };

export const pendingPurpose = 'account connection';

/** A sign-in at an issuer that is under way. */
export const Pending = z.object({
  userId: z.uuid(),
  toolId: z.uuid(),
  slug: z.string(),
  deploymentId: z.uuid(),
  serverUrl: z.string(),
  resource: z.string(),
  scope: z.string().optional(),
  metadata: IssuerMetadata,
  client: IssuedClient,
  verifier: z.string(),
});

/** Signs the user in, finds out who gives tokens for the server, and shows the way there. */
export function submitConnect(
  services: ConnectServices,
  slug: string,
  { headers, sourceIp }: Pick<RequestFacts, 'headers' | 'sourceIp'>,
  body: string,
): Promise<Reply> {
  return withConnectPages(async () => {
    if (!['same-origin', undefined].includes(headers['sec-fetch-site']))
      return connectFaultPage('The form was sent by another site.', 403);
    const form = readForm(body);
    const wanted = await decryptForm(services.encryptor, form['request'], formContext, Wanted);
    if (wanted?.slug !== slug || wanted.expiresAt < Date.now())
      return connectFaultPage('The sign-in has taken too long, or the form is not ours. Open the link again.');
    const provider = services.identityProviders.find(({ id }) => id === form['provider']);
    if (provider) return leaveForProvider(services, provider, `connect/${slug}`, form, headers);
    const proved = await proveByForm(services, form, sourceIp);
    if ('fault' in proved) return connectPage(slug, form['request'] ?? '', services.identityProviders, proved.fault);
    return leave(services, proved.user, wanted, headers['cookie']);
  });
}

async function leave(
  services: ConnectServices,
  user: User,
  { slug, scope: wanted }: z.output<typeof Wanted>,
  cookies: string | undefined,
): Promise<Reply> {
  const { encryptor, upstream, settings } = services;
  const caller = { userId: user.id, role: user.role, permissions: permissionsOf(user.role) };
  const needsFactor = settings.ADMIN_TOTP === 'required' && user.role === 'admin' && !user.secondFactor?.isConfirmed;
  if (!allows(caller, 'mcp:call') || needsFactor)
    throw new Problem('forbidden', { detail: `You may not call MCP servers here as ${user.role}.` });
  const { deployment } = await findServer(services, caller, slug);
  if (!('url' in deployment.launch)) throw new NotConnectable(`${slug} runs here and wants no account.`);
  const server = await remoteEndpointOf(encryptor, deployment);
  const found = await discoverIssuer(upstream, server, wanted);
  const { metadata, resource } = found;
  const scope = await withGranted(services, user.id, deployment.toolId, found);
  const client = await clientAt(services, metadata, scope);
  const verifier = randomPKCECodeVerifier();
  const pending: z.output<typeof Pending> = {
    userId: user.id,
    toolId: deployment.toolId,
    slug,
    deploymentId: deployment.id,
    serverUrl: serverUrlOf(server.url),
    resource,
    scope,
    metadata,
    client,
    verifier,
  };
  const { state, cookie } = await keepPending(services, pendingPurpose, pending, cookies);
  const url = buildAuthorizationUrl(configurationFor(upstream, metadata, client), {
    redirect_uri: callbackUrl(settings, issuerKey(metadata.issuer)),
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    resource,
    ...(scope !== undefined && { scope }),
    ...(scope?.split(' ').includes('offline_access') === true && { prompt: 'consent' }),
  });
  const page = leavePage({
    slug,
    username: user.username,
    serverHost: new URL(server.url).host,
    issuer: metadata.issuer,
    url,
  });
  return { ...page, headers: { ...page.headers, 'set-cookie': cookie } };
}

/** An account that lacked something is asked for what it had, too: else each call would take away what another needs. */
async function withGranted(
  { accounts }: Pick<ConnectServices, 'accounts'>,
  userId: string,
  toolId: string,
  { metadata: { issuer }, scope }: FoundIssuer,
): Promise<string | undefined> {
  const known = (await accounts.of(userId, toolId)).find((account) => account.issuer === issuer);
  const scopes = [known?.scope, scope].flatMap((text) => text?.split(' ') ?? []).filter((each) => each !== '');
  return scopes.length === 0 ? undefined : [...new Set(scopes)].join(' ');
}
