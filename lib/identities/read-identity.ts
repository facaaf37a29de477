import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type Configuration,
  discovery,
  customFetch,
  allowInsecureRequests,
  ClientSecretPost,
  randomNonce,
  randomPKCECodeVerifier,
} from 'openid-client';
import * as z from 'zod';
import { configurationFor, fetchOver } from '../accounts/issuer-client.ts';
import { type Upstream, UpstreamFailure } from '../upstream/ports.ts';
import { sendGuarded } from '../upstream/send-guarded.ts';
import { ProvedIdentity } from './identity.ts';
import type { Provider } from './provider.ts';

/** What holds the answer of a provider to the request that was sent there. */
export const Checks = z.object({ verifier: z.string(), nonce: z.string() });
type Checks = z.output<typeof Checks>;

/** Where the browser goes to sign in there. @throws what `isIssuerFault` knows. */
export async function wayTo(
  upstream: Upstream,
  provider: Provider,
  redirect_uri: string,
  state: (checks: Checks) => Promise<string>,
): Promise<URL> {
  const checks = { verifier: randomPKCECodeVerifier(), nonce: randomNonce() };
  const isGithub = provider.kind === 'github';
  return buildAuthorizationUrl(await configurationOf(upstream, provider), {
    redirect_uri,
    scope: provider.scope ?? (isGithub ? 'read:user user:email' : 'openid profile email'),
    state: await state(checks),
    code_challenge: await calculatePKCECodeChallenge(checks.verifier),
    code_challenge_method: 'S256',
    ...(!isGithub && { nonce: checks.nonce }),
  });
}

/** Who came back. @throws what `isIssuerFault` knows. */
export async function readIdentity(
  upstream: Upstream,
  provider: Provider,
  answered: URL,
  expectedState: string,
  { verifier, nonce }: Checks,
): Promise<ProvedIdentity> {
  const configuration = await configurationOf(upstream, provider);
  const checks = { pkceCodeVerifier: verifier, expectedState };
  if (provider.kind === 'github') {
    const { access_token } = await authorizationCodeGrant(configuration, answered, checks);
    return readGithubUser(upstream, provider, access_token);
  }
  // The token comes from the issuer itself, over TLS, which vouches for it (OpenID Connect Core, section 3.1.3.7).
  const given = await authorizationCodeGrant(configuration, answered, {
    ...checks,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  const claims: Readonly<Record<string, unknown>> = given.claims() ?? {};
  const { sub, iss, email, email_verified: isVerified, preferred_username: username, name } = claims;
  return ProvedIdentity.parse({
    provider: provider.id,
    issuer: iss,
    subject: sub,
    name: [username, name, email].find((each) => typeof each === 'string' && each !== '') ?? sub,
    email: typeof email === 'string' && isVerified === true ? email : undefined,
    claims,
  });
}

const configurations = new Map<string, Configuration>();

/** Kept for the life of the process: a provider's metadata hardly change. */
async function configurationOf(upstream: Upstream, provider: Provider): Promise<Configuration> {
  const key = JSON.stringify([provider.kind, provider.issuer, provider.client_id, provider.client_secret]);
  const known = configurations.get(key);
  if (known) return known;
  const made =
    provider.kind === 'github' ? githubConfiguration(upstream, provider) : await discovered(upstream, provider);
  configurations.set(key, made);
  return made;
}

function discovered(upstream: Upstream, { issuer, client_id, client_secret }: Provider): Promise<Configuration> {
  return discovery(new URL(issuer), client_id, client_secret, ClientSecretPost(client_secret), {
    [customFetch]: fetchOver(upstream),
    // The guarded way holds plain HTTP to loopback and private networks.
    execute: [allowInsecureRequests],
    timeout: 5,
  });
}

/** GitHub speaks OAuth without OpenID Connect, and publishes no metadata. */
function githubConfiguration(upstream: Upstream, { issuer, client_id, client_secret }: Provider): Configuration {
  const base = issuer.replace(/\/$/, '');
  const server = {
    issuer: base,
    authorization_endpoint: `${base}/login/oauth/authorize`,
    token_endpoint: `${base}/login/oauth/access_token`,
  };
  return configurationFor(upstream, server, {
    client_id,
    client_secret,
    token_endpoint_auth_method: 'client_secret_post',
  });
}

const GithubUser = z.object({ id: z.int(), login: z.string() });
const GithubEmails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

async function readGithubUser(upstream: Upstream, provider: Provider, token: string): Promise<ProvedIdentity> {
  const read = async <S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> => {
    const headers = { accept: 'application/vnd.github+json', authorization: `Bearer ${token}` };
    const url = `${provider.api_url.replace(/\/$/, '')}${path}`;
    const { status, text } = await sendGuarded(upstream, { url, method: 'GET', headers });
    const found = status === 200 ? schema.safeParse(JSON.parse(text)) : undefined;
    if (!found?.success) throw new UpstreamFailure('broken', `${path} answered HTTP ${status}`);
    return found.data;
  };
  const [user, emails] = [await read('/user', GithubUser), await read('/user/emails', GithubEmails)];
  const email = emails.find(({ primary, verified }) => primary && verified)?.email;
  const claims = { login: user.login };
  return { provider: provider.id, issuer: provider.issuer, subject: String(user.id), name: user.login, email, claims };
}
