import type { Connection, ConnectionChanges, ConnectionStatus } from './ports.ts';
import { HostError, type HostErrorKind, type HostedRepository } from './source-host.ts';

/** What a connection keeps of what the host says about its repository and the credential. */
export function factsOf({ repository, grants }: Awaited<ReturnType<HostedRepository['describe']>>) {
  return {
    repository: repository.name,
    repositoryUrl: repository.url,
    defaultBranch: repository.defaultBranch,
    status: repository.isArchived ? 'archived' : 'connected',
    tokenExpiresAt: grants.expiresAt,
    mayReport: grants.reportStatus,
    mayComment: grants.comment,
  } as const satisfies ConnectionChanges;
}

/**
 * The same of a repository that is connected already. A name that its owner gave up may belong to somebody else by now, whose code is none of this tool's.
 * @throws HostError also when another repository has the name.
 */
export async function factsNow(
  hosted: HostedRepository,
  { repositoryId }: Pick<Connection, 'repositoryId'>,
): Promise<ReturnType<typeof factsOf>> {
  const described = await hosted.describe();
  if (described.repository.id === repositoryId) return factsOf(described);
  throw new HostError(
    'missing',
    'Another repository has this name now; disconnect, and connect the one that is meant.',
  );
}

const statuses: Partial<Record<HostErrorKind, ConnectionStatus>> = {
  credential: 'unauthorized',
  forbidden: 'unauthorized',
  missing: 'missing',
};

/** What a refusal says of the connection; when the host is only away, its status stays. The next look is at everything anew. */
export function changesAfter({ kind, message }: HostError): ConnectionChanges {
  const status = statuses[kind];
  return { lastError: message, headEtag: undefined, ...(status && { status }) };
}
