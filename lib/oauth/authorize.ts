import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { User } from '../auth/ports.ts';
import { allows, permissionsOf } from '../kernel/http/caller.ts';
import type { RequestFacts } from '../kernel/lambda/declaration.ts';
import {
  type AuthorizationRequest,
  type AuthorizationServices,
  assertOwnForm,
  decryptForm,
  decryptRequest,
  encryptRequest,
  readAuthorization,
  redirectTo,
} from './authorization.ts';
import { type Client, clientKey, findClient } from './clients.ts';
import { type CodeServices, issueCode } from './codes.ts';
import { consentPage, signInPage, withPages } from './pages.ts';
import type { GrantStore } from './ports.ts';
import { leaveForProvider } from './leave-for-provider.ts';
import { type FormServices, proveByForm } from './prove-by-form.ts';
import { OAuthError, readForm, type Reply } from './reply.ts';

export type AuthorizeServices = AuthorizationServices & FormServices & CodeServices & { readonly grants: GrantStore };

/** The first page: who asks, and who are you? */
export function showAuthorize(
  services: AuthorizationServices & Pick<AuthorizeServices, 'identityProviders'>,
  { search }: Pick<RequestFacts, 'search'>,
): Promise<Reply> {
  return withPages(async () => {
    const { client, request } = await readAuthorization(services, readForm(search.replace(/^\?/, '')));
    const form = await encryptRequest(services.encryptor, request);
    return signInPage({ client, request, form }, services.identityProviders);
  });
}

/** The forms: signing in, then allowing or refusing. Nothing is remembered between them but what the form itself carries, encrypted. */
export function submitAuthorize(
  services: AuthorizeServices,
  { headers, sourceIp }: Pick<RequestFacts, 'headers' | 'sourceIp'>,
  body: string,
): Promise<Reply> {
  return withPages(async () => {
    assertOwnForm(headers);
    const form = readForm(body);
    const request = await decryptRequest(services.encryptor, form['request']);
    const client = await findClient(services, request.clientId);
    if (form['decision'] === 'deny') return denied(services, request, 'The user has refused.');
    if (form['proof'] !== undefined) return allow(services, client, request, form);
    const provider = services.identityProviders.find(({ id }) => id === form['provider']);
    if (provider) return leaveForProvider(services, provider, 'authorize', form, headers);
    return signIn(services, client, request, form, sourceIp);
  });
}

async function signIn(
  services: AuthorizeServices,
  client: Client,
  request: AuthorizationRequest,
  form: Readonly<Record<string, string>>,
  address: string,
): Promise<Reply> {
  const asking = { client, request, form: form['request'] ?? '' };
  const proved = await proveByForm(services, form, address);
  if ('fault' in proved) return signInPage(asking, services.identityProviders, proved.fault);
  const { user } = proved;
  const refusal = refusalFor(services, user);
  if (refusal !== undefined) return denied(services, request, refusal);
  // Anybody can register under any name and on any loopback port: only a client that a host vouches for is recognised.
  const isRemembered =
    !request.mustAsk &&
    client.host !== undefined &&
    (await services.grants.isRemembered(user.id, clientKey(client.id), request.resource));
  if (isRemembered) return issueCode(services, user, client, request);
  const proof = await services.encryptor.encrypt(
    JSON.stringify({
      userId: user.id,
      version: user.updatedAt.getTime(),
      request: digestOf(asking.form),
      expiresAt: request.expiresAt,
    } satisfies Proof),
    proofContext,
  );
  return consentPage({ ...asking, username: user.username, proof });
}

const proofContext = 'oauth-consent';

/** That somebody has just signed in, for this one request. */
const Proof = z.object({ userId: z.uuid(), version: z.number(), request: z.string(), expiresAt: z.number() });
type Proof = z.output<typeof Proof>;

async function allow(
  services: AuthorizeServices,
  client: Client,
  request: AuthorizationRequest,
  form: Readonly<Record<string, string>>,
): Promise<Reply> {
  const proof = await decryptForm(services.encryptor, form['proof'], proofContext, Proof);
  const isGood = proof && proof.expiresAt > Date.now() && proof.request === digestOf(form['request'] ?? '');
  if (!isGood || form['decision'] !== 'allow')
    throw new OAuthError('invalid_request', 'The form is not ours. Start again in the application.');
  const user = await services.users.byId(proof.userId);
  if (!user?.isActive) return denied(services, request, 'The user is not active.');
  const refusal = refusalFor(services, user);
  if (refusal !== undefined) return denied(services, request, refusal);
  return issueCode(services, { id: user.id, updatedAt: new Date(proof.version) }, client, request);
}

/** Why a new token could not help this user; undefined when it can. */
function refusalFor({ settings }: AuthorizeServices, { role, secondFactor }: User): string | undefined {
  if (!allows({ permissions: permissionsOf(role) }, 'mcp:call')) return `Your role, ${role}, may not call MCP servers.`;
  const needsFactor = settings.ADMIN_TOTP === 'required' && role === 'admin' && !secondFactor?.isConfirmed;
  return needsFactor ? 'Admins need a second factor here. Set one up first.' : undefined;
}

function denied({ settings }: AuthorizeServices, request: AuthorizationRequest, error_description: string): Reply {
  return redirectTo(settings, request, { error: 'access_denied', error_description });
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
