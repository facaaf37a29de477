import type { ConnectionChanges, ConnectionStatus } from './ports.ts';
import { HostError, type HostedRepository } from './source-host.ts';

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

/** What a refusal says of the connection; nothing when the host is only away. */
export function statusAfter(error: unknown): { status?: ConnectionStatus } {
  if (!(error instanceof HostError)) return {};
  if (error.kind === 'credential' || error.kind === 'forbidden') return { status: 'unauthorized' };
  return error.kind === 'missing' ? { status: 'missing' } : {};
}
