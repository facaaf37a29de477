import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose/jwt/sign';
import * as z from 'zod';
import { HostError, type HostCredential, type SourceHost, unlessRefused } from '../../github/source-host.ts';
import { type Client, createClient, type TokenSource } from './client.ts';
import { hostedRepository } from './repository.ts';

export interface GithubOptions {
  readonly apiUrl: string;
  /** Where repositories have their web pages; undefined: what belongs to the API's address. */
  readonly webUrl: string | undefined;
  readonly app: { readonly id: string; readonly privateKey: string } | undefined;
}

const Installation = z.object({ id: z.int() });
const InstallationToken = z.object({ token: z.string(), expires_at: z.string() });
/** A token is made anew when it has less than this left. */
const sparesMs = 5 * 60_000;

export function githubHost({ apiUrl, webUrl, app }: GithubOptions): SourceHost {
  const api = apiUrl.replace(/\/+$/, '');
  const appClient = app && createClient(api, () => appToken(app));
  const tokens = new Map<number, { readonly token: string; readonly until: number }>();

  async function installationToken(id: number, refused: string | undefined): Promise<string> {
    const kept = tokens.get(id);
    if (kept && kept.token !== refused && kept.until - sparesMs > Date.now()) return kept.token;
    if (!appClient) throw new HostError('credential', 'The platform has no application at GitHub any more.');
    const route = 'POST /app/installations/{installation_id}/access_tokens';
    const { data } = await unlessRefused(
      asked(appClient, route, InstallationToken, { installation_id: id }),
      ['missing'],
      () => {
        throw new HostError('credential', 'The application is not installed on this repository any more.');
      },
    );
    tokens.set(id, { token: data.token, until: Date.parse(data.expires_at) });
    return data.token;
  }

  const tokenOf =
    (credential: HostCredential): TokenSource =>
    async (refused) => {
      if (credential.kind === 'installation') return installationToken(credential.id, refused);
      return credential.kind === 'token' ? credential.token : undefined;
    };

  return {
    webHosts: webHostsOf(api, webUrl),
    repository: (name, credential) => hostedRepository(createClient(api, tokenOf(credential)), name, credential),
    // An Enterprise server's addresses need not be github.com's.
    archiveUrl: (name, sha) =>
      api === 'https://api.github.com'
        ? `https://github.com/${name}/archive/${sha}.tar.gz`
        : `${api}/repos/${name}/tarball/${sha}`,
    async installationOf(name) {
      if (!appClient) return undefined;
      const [owner, repo] = name.split('/');
      const route = 'GET /repos/{owner}/{repo}/installation';
      const found = asked(appClient, route, Installation, { owner, repo });
      return (await unlessRefused(found, ['missing'], () => undefined))?.data.id;
    },
  };
}

async function asked<S extends z.ZodType>(
  client: Client,
  route: string,
  schema: S,
  parameters: Record<string, unknown>,
) {
  const answer = await client.ask(route, schema, { parameters });
  if (!answer) throw new HostError('unavailable', 'GitHub answered that nothing changed, unasked.');
  return answer;
}

/** RS256, ten minutes at most, a minute back for a clock that runs behind (GitHub, "Generating a JSON Web Token"). */
function appToken({ id, privateKey }: NonNullable<GithubOptions['app']>): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuedAt(now - 60)
    .setExpirationTime(now + 540)
    .setIssuer(id)
    .sign(createPrivateKey(privateKey.replaceAll(String.raw`\n`, '\n')));
}

/** github.com's API has a host of its own, an Enterprise server's is a path; a stand-in serves addresses of both kinds. */
function webHostsOf(apiUrl: string, webUrl: string | undefined): string[] {
  if (webUrl !== undefined) return [new URL(webUrl).host];
  const { host, pathname } = new URL(apiUrl);
  if (host.startsWith('api.')) return [host.slice(4)];
  return pathname.startsWith('/api/v3') ? [host] : ['github.com', host];
}
