import { randomBytes } from 'node:crypto';
import { invalidField } from '../kernel/errors/problem.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { Connection } from './ports.ts';
import type { HostCredential, HostedRepository, SourceHost } from './source-host.ts';

export interface HostAccess {
  readonly sourceHost: SourceHost;
  /** The platform's own token, for who sends none. */
  readonly platformToken: string | undefined;
  readonly encryptor: Encryptor;
}

/** Encryption contexts of what a connection keeps. */
export const tokenContext = (connectionId: string): string => `github-token:${connectionId}`;
export const secretContext = (connectionId: string): string => `github-webhook:${connectionId}`;

export function newWebhookSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Two hooks of a repository may not have the same address, so each names its connection. */
export function hookUrl(baseUrl: string, connectionId: string): string {
  return `${baseUrl}/api/v1/github/webhook?connection=${connectionId}`;
}

async function credentialOf(
  { platformToken, encryptor }: Pick<HostAccess, 'platformToken' | 'encryptor'>,
  { id, accessToken, installationId }: Pick<Connection, 'id' | 'accessToken' | 'installationId'>,
): Promise<HostCredential> {
  if (accessToken !== undefined)
    return { kind: 'token', token: await encryptor.decrypt(accessToken, tokenContext(id)) };
  if (installationId !== undefined) return { kind: 'installation', id: installationId };
  return platformToken === undefined ? nobody : { kind: 'token', token: platformToken };
}

export const nobody: HostCredential = { kind: 'anonymous' };

/** The connection's repository, asked with its credential. */
export async function repositoryOf(access: HostAccess, connection: Connection): Promise<HostedRepository> {
  return access.sourceHost.repository(connection.repository, await credentialOf(access, connection));
}

/**
 * What a new connection asks with: the caller's token; else the installation of the platform's application, for a public repository or an admin; else the platform's token; else
 * `otherwise`.
 * @throws Problem `validation-error` about `access_token` when there is none of them.
 */
export async function chooseCredential(
  { sourceHost, platformToken }: HostAccess,
  name: string,
  token: string | undefined,
  isAdmin: boolean,
  otherwise?: HostCredential,
): Promise<HostCredential> {
  if (token !== undefined) return { kind: 'token', token };
  const installation = await sourceHost.installationOf(name);
  if (installation !== undefined) {
    const credential = { kind: 'installation', id: installation } as const;
    if (isAdmin) return credential;
    // The installation lets the platform read it, which says nothing about this caller.
    const { repository } = await sourceHost.repository(name, credential).describe();
    if (!repository.isPrivate) return credential;
    throw invalidField(
      ['access_token'],
      'The repository is private: send a token of yours that may read it',
      'token_required',
    );
  }
  if (platformToken !== undefined) return { kind: 'token', token: platformToken };
  if (otherwise) return otherwise;
  throw invalidField(['access_token'], 'Field required: the platform has no token of its own', 'missing');
}
