import { refreshTokenGrant } from 'openid-client';
import type { Upstream } from '../upstream/ports.ts';
import { type AccountTokens, expiryOf } from './account-tokens.ts';
import { configurationFor, issuerErrorOf } from './issuer-client.ts';

/**
 * The tokens that follow these.
 * @returns undefined when the issuer has ended the account, or gave no refresh token.
 * @throws what the library throws when the issuer cannot be asked, or answers what it must not.
 */
export async function askIssuer(
  { upstream }: { readonly upstream: Upstream },
  tokens: AccountTokens,
): Promise<AccountTokens | undefined> {
  const { refreshToken, issuer, tokenEndpoint, client, resource } = tokens;
  if (refreshToken === undefined) return undefined;
  try {
    const configuration = configurationFor(upstream, { issuer, token_endpoint: tokenEndpoint }, client);
    const given = await refreshTokenGrant(configuration, refreshToken, { resource });
    return {
      ...tokens,
      accessToken: given.access_token,
      refreshToken: given.refresh_token ?? refreshToken,
      expiresAt: expiryOf(given.expires_in),
    };
  } catch (error) {
    if (issuerErrorOf(error) === 'invalid_grant' || issuerErrorOf(error) === 'invalid_client') return undefined;
    throw error;
  }
}
