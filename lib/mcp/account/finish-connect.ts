import { authorizationCodeGrant } from 'openid-client';
import type * as z from 'zod';
import { encryptTokens, expiryOf } from '../../accounts/account-tokens.ts';
import { isIssuerFault, configurationFor, issuerErrorOf } from '../../accounts/issuer-client.ts';
import { callbackUrl, issuerKey } from '../../accounts/issuer-registration.ts';
import type { AccountServices } from '../../accounts/refresh-account.ts';
import { auditEntry } from '../../audit/audit-entry.ts';
import type { ReplicaServices } from '../../deployments/change-replicas.ts';
import { refreshOffers } from '../../deployments/probe-remote.ts';
import { newId } from '../../kernel/ids.ts';
import type { RequestFacts } from '../../kernel/lambda/declaration.ts';
import type { BaseSettings } from '../../kernel/settings/settings.ts';
import { takePending } from '../../oauth/browser.ts';
import type { CodeStore } from '../../oauth/ports.ts';
import { readForm, type Reply } from '../../oauth/reply.ts';
import { Pending, pendingPurpose } from './connect-account.ts';
import { connectedPage, connectFaultPage, withConnectPages } from './pages.ts';

type Services = AccountServices & ReplicaServices & { readonly codes: CodeStore; readonly settings: BaseSettings };
type Pending = z.output<typeof Pending>;

/** Where an issuer sends the browser back to: its code becomes the tokens of an account. */
export function finishConnect(services: Services, key: string, request: RequestFacts): Promise<Reply> {
  return withConnectPages(async () => {
    const { settings } = services;
    const answer = readForm(request.search.replace(/^\?/, ''));
    const found = await takePending(services, pendingPurpose, answer['state'], request.headers['cookie']);
    const pending = found === undefined ? undefined : Pending.parse(found);
    if (!pending || issuerKey(pending.metadata.issuer) !== key)
      return connectFaultPage(
        'This sign-in is not under way in this browser: it has taken too long, has been used, or was begun by somebody else.',
      );
    const { host } = new URL(pending.metadata.issuer);
    try {
      await keepAccount(services, pending, new URL(`${callbackUrl(settings, key)}${request.search}`), answer['state']);
    } catch (error) {
      if (!isIssuerFault(error)) throw error;
      const code = issuerErrorOf(error);
      if (code === 'access_denied') return connectFaultPage(`You, or ${host}, have refused.`);
      const why = code === undefined ? 'its answer is not one that can be believed' : code.slice(0, 100);
      return connectFaultPage(`${host} gave no tokens: ${why}.`, 502);
    }
    await refreshOffers(services, pending.userId, pending.deploymentId);
    return connectedPage(pending.slug, host);
  });
}

/** The library holds the answer to state, issuer (RFC 9207) and verifier. */
async function keepAccount(
  { accounts, encryptor, upstream, relay }: Services,
  { userId, toolId, slug, serverUrl, resource, scope, metadata, client, verifier }: Pending,
  answered: URL,
  expectedState = '',
): Promise<void> {
  const { issuer, token_endpoint: tokenEndpoint } = metadata;
  const given = await authorizationCodeGrant(
    configurationFor(upstream, metadata, client),
    answered,
    { pkceCodeVerifier: verifier, expectedState },
    { resource },
  );
  const id = newId();
  const tokens = await encryptTokens(encryptor, id, {
    serverUrl,
    resource,
    issuer,
    tokenEndpoint,
    client,
    accessToken: given.access_token,
    refreshToken: given.refresh_token,
    expiresAt: expiryOf(given.expires_in),
  });
  const serverHost = new URL(serverUrl).host;
  const entry = auditEntry(
    { userId },
    {
      action: 'account.connected',
      target: { type: 'account', id },
      details: { issuer, slug, server_host: serverHost },
    },
  );
  const granted = (given.scope ?? scope ?? '').slice(0, 1000);
  const account = {
    id,
    userId,
    toolId,
    slug,
    issuer,
    serverHost,
    scope: granted,
    tokens,
    version: 1,
    createdAt: new Date(),
  };
  await accounts.put(account, [entry]);
  await relay.send([entry.id]);
}
