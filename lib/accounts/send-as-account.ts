import { createLRU } from 'lru.min';
import { type Upstream, type UpstreamAnswer, UpstreamFailure, type UpstreamRequest } from '../upstream/ports.ts';
import { AccountNeeded, connectUrl } from './account-needed.ts';
import { type AccountTokens, decryptTokens, serverUrlOf } from './account-tokens.ts';
import { readChallenge } from './challenge.ts';
import type { Account } from './ports.ts';
import { type AccountServices, refreshAccount } from './refresh-account.ts';

/** A remote server, as a deployment names it. */
export interface RemoteServer {
  readonly toolId: string;
  readonly slug: string;
  readonly url: string;
  /** Those that it was deployed with. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Tokens that end so soon are refreshed before they are used. */
const marginMs = 20_000;

/** Servers that asked for an account lately: to those the first request brings it already. */
const asking = createLRU<string, true>({ max: 1_000 });

/**
 * The way to a remote server in a user's name: with the user's own account there, once the server has asked for one. The tokens of the user's client never go there.
 * Sending @throws {@link AccountNeeded} when there is none that the server takes; UpstreamFailure.
 */
export function asAccountOf(
  services: AccountServices & { readonly settings: { readonly BASE_URL: string } },
  userId: string,
  server: RemoteServer,
): Upstream {
  const { upstream, settings } = services;
  const needed = (scope?: string) => new AccountNeeded(server.slug, connectUrl(settings.BASE_URL, server.slug, scope));
  return {
    async send(request) {
      const known = asking.get(server.toolId) === true ? await find(services, userId, server) : undefined;
      const first = await upstream.send(withToken(request, known?.tokens));
      const challenge = readChallenge(first, server.headers);
      if (!challenge) return first;
      asking.set(server.toolId, true);
      await discard(first);
      if (first.status === 403) throw needed(challenge.scope);
      const tokens = known ? await refreshed(services, known.account) : (await find(services, userId, server))?.tokens;
      if (!tokens) throw needed(challenge.scope);
      const second = await upstream.send(withToken(request, tokens));
      const again = readChallenge(second, server.headers);
      if (!again) return second;
      await discard(second);
      throw needed(again.scope);
    },
  };
}

/** The account whose tokens are for this very address; a tool that leads elsewhere since then gets none. */
async function find(services: AccountServices, userId: string, { toolId, url }: RemoteServer) {
  for (const account of await services.accounts.of(userId, toolId)) {
    const tokens = await decryptTokens(services.encryptor, account);
    if (tokens.serverUrl !== serverUrlOf(url)) continue;
    if (tokens.expiresAt === undefined || tokens.expiresAt > Date.now() + marginMs) return { account, tokens };
    const next = await refreshed(services, account);
    return next && { account: { ...account, version: account.version + 1 }, tokens: next };
  }
  return undefined;
}

async function refreshed(services: AccountServices, account: Account): Promise<AccountTokens | undefined> {
  try {
    return await refreshAccount(services, account);
  } catch (error) {
    if (error instanceof UpstreamFailure) throw error;
    throw new UpstreamFailure('broken', 'The authorization server of your account did not answer as it should', error);
  }
}

function withToken(request: UpstreamRequest, tokens: AccountTokens | undefined): UpstreamRequest {
  if (!tokens) return request;
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${tokens.accessToken}` } };
}

async function discard({ body }: UpstreamAnswer): Promise<void> {
  try {
    for await (const _ of body) return;
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
  }
}
