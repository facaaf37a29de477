import { auditEntry } from '../audit/audit-entry.ts';
import { notFound } from '../kernel/errors/problem.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { currentCorrelation } from '../kernel/log/correlation.ts';
import { type HostAccess, repositoryOf } from './credentials.ts';
import { findOwnConnection } from './find-connection.ts';
import type { Connection, DeliveryStore, FileStore, GithubConnectionStore } from './ports.ts';
import { endPreviews, type PreviewEnding } from './review/run-previews.ts';

interface Services extends HostAccess, PreviewEnding {
  readonly githubConnections: GithubConnectionStore;
  readonly deliveries: DeliveryStore;
  readonly githubFiles: FileStore;
}

/**
 * Ends a connection: its previews, its token, its secret and what was read are deleted, and its webhook where the token may. The tool stays.
 * @throws Problem `not-found`, also for somebody else's connection.
 */
export async function disconnectRepository(
  services: Services,
  caller: Caller,
  id: string,
): Promise<{ message: string; connection_id: string }> {
  const connection = await findOwnConnection(services, caller, id);
  const { repository, repositoryId } = connection;
  const target = { type: 'connection', id: connection.id };
  const entry = auditEntry(caller, { action: 'github.disconnected', target, details: { repository } });
  await endPreviews(services, connection);
  // A secret without a connection verifies deliveries that nobody wants; a connection without a secret could not be disconnected again.
  if (!(await services.githubConnections.remove(connection.id, [entry]))) throw notFound('connection', id);
  await services.relay.send([entry.id]);
  await services.deliveries.removeSecret(repositoryId, connection.id);
  const [, isUnhooked] = await Promise.all([
    leaving('files', () => services.githubFiles.forget(connection.id)),
    leaving('hook', () => removeHook(services, connection)),
  ]);
  const rest = isUnhooked ? '' : ' Its webhook could not be removed: delete it in the settings of the repository.';
  return { message: `The repository is disconnected; its tool stays.${rest}`, connection_id: connection.id };
}

async function removeHook(services: Services, connection: Connection): Promise<void> {
  if (connection.hookId === undefined) return;
  await (await repositoryOf(services, connection)).removeHook(connection.hookId);
}

/** What cannot be cleaned up does no harm: it is noted, and the connection is gone all the same. @returns whether it could. */
async function leaving(what: string, clean: () => Promise<void>): Promise<boolean> {
  try {
    await clean();
    return true;
  } catch (error) {
    currentCorrelation()?.log.warn('Something of the connection could not be deleted.', { what, error });
    return false;
  }
}
