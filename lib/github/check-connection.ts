import { currentCorrelation } from '../kernel/log/correlation.ts';
import { repositoryOf } from './credentials.ts';
import { subjectsOf } from './delivery-subject.ts';
import type { Connection, ConnectionChanges, DeliveryStore } from './ports.ts';
import { queueSync } from './request-sync.ts';
import { alignSecrets } from './rotate-secret.ts';
import { openPreviews } from './review/run-previews.ts';
import { requestReview, type RequestReviewServices } from './review/request-review.ts';
import { changesAfter, factsNow } from './host-facts.ts';
import { HostError, hostErrorKinds, type HostedRepository, unlessRefused } from './source-host.ts';

export interface CheckServices extends RequestReviewServices {
  readonly deliveries: DeliveryStore;
}

/** Of a message on the queue. */
const longestDelaySeconds = 900;
/** The host offers a delivery for sending again for three days. */
const redeliverableMs = 3 * 24 * 3_600_000;
const mostRedeliveries = 20;
/** By then the worker has handled a delivery, or may be at it once more. */
const unhandledMs = 2 * 60_000;
/** A delivery that is not handled is handed over again by the looks of an hour; a look needs the stores too, so the hour begins when they are back. */
const givenUpMs = 3_600_000;

/**
 * Looks at a connection's branch by one conditional request and asks for a sync when it has moved or when one that was asked for is not done. Failed deliveries of its webhook
 * are asked for again, and previews of pull requests that were closed unheard end. `describe`, and a look after one that failed, look at the repository itself too: it may have
 * another name, be archived or be gone.
 */
export async function checkConnection(
  services: CheckServices,
  connection: Connection,
  { describe = false }: { readonly describe?: boolean } = {},
): Promise<'moved' | 'unchanged' | 'failed'> {
  await alignSecrets(services, connection);
  await handOverAgain(services, connection);
  try {
    const hosted = await repositoryOf(services, connection);
    const isKnown = !describe && connection.status === 'connected' && connection.headEtag !== undefined;
    const facts = isKnown ? undefined : await factsNow(hosted, connection);
    const { isMoved, changes: seen } = await lookAtHead(hosted, connection);
    const changes = { ...(facts ?? (hosted.hasMoved() ? await factsNow(hosted, connection) : {})), ...seen };
    const isOwed = connection.wantedGeneration > connection.syncedGeneration || connection.expected !== undefined;
    const isWanted = changes.status !== 'archived' && (isMoved || isOwed);
    // First: who has noted the head and dies would not find that it has moved.
    if (isWanted) await queueSync(services, connection);
    await services.githubConnections.update(connection.id, changes);
    // The branch has been looked at, which is what counts.
    await unlessRefused(lookFurther(services, hosted, connection), hostErrorKinds, ({ kind }) =>
      currentCorrelation()?.log.set({ further_look_failed: kind }),
    );
    return isWanted ? 'moved' : 'unchanged';
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const installed = error.kind === 'credential' ? await installedAnew(services, connection) : undefined;
    if (installed) return checkConnection(services, installed, { describe: true });
    await noteFailure(services, connection, error);
    return 'failed';
  }
}

/** Deliveries that nobody has handled: their messages were lost, or given up while a store was away. */
async function handOverAgain({ deliveries, githubQueue }: CheckServices, connection: Connection): Promise<void> {
  const since = (connection.lastCheckedAt ?? connection.createdAt).getTime() - givenUpMs;
  const until = Date.now() - unhandledMs;
  for (const subject of subjectsOf(connection))
    for (const { id, receivedAt, handledAt } of await deliveries.list(subject))
      if (!handledAt && receivedAt.getTime() > since && receivedAt.getTime() < until)
        await githubQueue.send({ kind: 'delivery', subject, delivery_id: id });
}

/** The connection, when the application was removed from the repository and is installed there again. */
async function installedAnew(
  { sourceHost, githubConnections }: CheckServices,
  connection: Connection,
): Promise<Connection | undefined> {
  if (connection.installationId === undefined) return undefined;
  const found = sourceHost.installationOf(connection.repository);
  const installationId = await unlessRefused(found, hostErrorKinds, () => undefined);
  if (installationId === undefined || installationId === connection.installationId) return undefined;
  await githubConnections.update(connection.id, { installationId });
  return { ...connection, installationId };
}

async function lookAtHead(
  hosted: HostedRepository,
  { branch, headEtag, lastSyncSha, behindBy }: Connection,
): Promise<{ readonly isMoved: boolean; readonly changes: ConnectionChanges }> {
  const lastCheckedAt = new Date();
  const head = await hosted.head(`heads/${branch}`, headEtag);
  // Also for a head that could not be made a configuration: it is not tried again before it moves.
  if (!head) return { isMoved: false, changes: { lastCheckedAt, ...(behindBy === 0 && { lastError: undefined }) } };
  const seen = { lastCheckedAt, headEtag: head.etag };
  if (head.sha === lastSyncSha) return { isMoved: false, changes: { ...seen, behindBy: 0, lastError: undefined } };
  const distance = lastSyncSha === undefined ? undefined : await hosted.distance(lastSyncSha, head.sha);
  return { isMoved: true, changes: { ...seen, behindBy: Math.max(1, distance?.ahead ?? 1) } };
}

/** Pull requests that were closed unheard, and deliveries that did not arrive and were not sent again with success since. */
async function lookFurther(services: CheckServices, hosted: HostedRepository, connection: Connection): Promise<void> {
  for (const number of await openPreviews(services, connection))
    if (!(await hosted.proposal(number)).isOpen) await requestReview(services, connection, number);
  const { hookId } = connection;
  if (hookId === undefined) return;
  const deliveries = await hosted.hookDeliveries(hookId);
  const arrived = new Set(deliveries.filter(({ ok }) => ok).map(({ guid }) => guid));
  const oldest = Date.now() - redeliverableMs;
  const failed = deliveries.filter(({ guid, at }) => !arrived.has(guid) && at.getTime() > oldest);
  const ids = new Map(failed.map(({ guid, id }) => [guid, id])).values();
  for (const id of [...ids].slice(0, mostRedeliveries)) await hosted.redeliver(hookId, id);
}

async function noteFailure(services: CheckServices, connection: Connection, error: HostError): Promise<void> {
  const { githubConnections, githubQueue } = services;
  if (error.kind === 'limited')
    await githubQueue.send({ kind: 'check', connection_id: connection.id }, delayAfter(error));
  await githubConnections.update(connection.id, { lastCheckedAt: new Date(), ...changesAfter(error) });
}

/** Seconds after which a message that met the host's limit comes again. */
export function delayAfter({ retryAfterSeconds = 60 }: HostError): number {
  return Math.min(longestDelaySeconds, retryAfterSeconds);
}
