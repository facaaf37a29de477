import { currentCorrelation } from '../kernel/log/correlation.ts';
import { repositoryOf } from './credentials.ts';
import type { Connection, ConnectionChanges, DeliveryStore } from './ports.ts';
import { queueSync } from './request-sync.ts';
import { alignSecrets } from './rotate-secret.ts';
import { openPreviews } from './review/run-previews.ts';
import { requestReview, type RequestReviewServices } from './review/request-review.ts';
import { factsOf, statusAfter } from './host-facts.ts';
import { HostError, type HostedRepository } from './source-host.ts';

export interface CheckServices extends RequestReviewServices {
  readonly deliveries: DeliveryStore;
}

const longestDelaySeconds = 900;
/** The host offers a delivery for sending again for three days. */
const redeliverableMs = 3 * 24 * 3_600_000;
const mostRedeliveries = 20;

/**
 * Looks at a connection's branch by one conditional request and asks for a sync when it has moved or when one that was asked for is not done. Failed deliveries of its webhook
 * are asked for again, and previews of pull requests that were closed unheard end. `describe` looks at the repository itself too: it may have another name, be archived or be gone.
 */
export async function checkConnection(
  services: CheckServices,
  connection: Connection,
  { describe = false }: { readonly describe?: boolean } = {},
): Promise<'moved' | 'unchanged' | 'failed'> {
  await alignSecrets(services, connection);
  try {
    const hosted = await repositoryOf(services, connection);
    const known = describe || connection.status !== 'connected' ? await knownAnew(hosted) : {};
    const { isMoved, changes: seen } = await lookAtHead(hosted, connection);
    const changes = { ...known, ...seen };
    if (hosted.hasMoved() && known.repository === undefined) Object.assign(changes, await knownAnew(hosted));
    await services.githubConnections.update(connection.id, changes);
    for (const number of await openPreviews(services, connection))
      if (!(await hosted.proposal(number)).isOpen) await requestReview(services, connection, number);
    if (connection.hookId !== undefined) await redeliverFailed(hosted, connection.hookId);
    const isOwed = connection.wantedGeneration > connection.syncedGeneration || connection.expected !== undefined;
    if (changes.status === 'archived' || !(isMoved || isOwed)) return 'unchanged';
    await queueSync(services, connection);
    return 'moved';
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    await noteFailure(services, connection, error);
    return 'failed';
  }
}

async function lookAtHead(
  hosted: HostedRepository,
  { branch, headEtag, lastSyncSha }: Connection,
): Promise<{ readonly isMoved: boolean; readonly changes: ConnectionChanges }> {
  const lastCheckedAt = new Date();
  const head = await hosted.head(`heads/${branch}`, headEtag);
  // Also for a head that could not be made a configuration: it is not tried again before it moves.
  if (!head) return { isMoved: false, changes: { lastCheckedAt } };
  const seen = { lastCheckedAt, headEtag: head.etag };
  if (head.sha === lastSyncSha) return { isMoved: false, changes: { ...seen, behindBy: 0 } };
  const distance = lastSyncSha === undefined ? undefined : await hosted.distance(lastSyncSha, head.sha);
  return { isMoved: true, changes: { ...seen, behindBy: Math.max(1, distance?.ahead ?? 1) } };
}

async function knownAnew(hosted: HostedRepository): Promise<ConnectionChanges> {
  return { ...factsOf(await hosted.describe()), lastError: undefined };
}

/** Deliveries that did not arrive and were not sent again with success since. */
async function redeliverFailed(hosted: HostedRepository, hookId: number): Promise<void> {
  try {
    const deliveries = await hosted.hookDeliveries(hookId);
    const arrived = new Set(deliveries.filter(({ ok }) => ok).map(({ guid }) => guid));
    const oldest = Date.now() - redeliverableMs;
    const failed = new Map(
      deliveries
        .filter(({ guid, at }) => !arrived.has(guid) && at.getTime() > oldest)
        .map((delivery) => [delivery.guid, delivery.id]),
    );
    for (const id of [...failed.values()].slice(0, mostRedeliveries)) await hosted.redeliver(hookId, id);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    // The branch has been looked at, which is what counts.
    currentCorrelation()?.log.set({ redelivery_failed: error.kind });
  }
}

async function noteFailure(services: CheckServices, connection: Connection, error: HostError): Promise<void> {
  const { githubConnections, githubQueue } = services;
  const status = statusAfter(error);
  if (error.kind === 'limited') {
    const delay = Math.min(longestDelaySeconds, error.retryAfterSeconds ?? 60);
    await githubConnections.update(connection.id, { lastCheckedAt: new Date(), lastError: error.message });
    return githubQueue.send({ kind: 'check', connection_id: connection.id }, delay);
  }
  await githubConnections.update(connection.id, { lastCheckedAt: new Date(), lastError: error.message, ...status });
}
