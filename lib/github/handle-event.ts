import type { GithubEvent } from '../../events/github-event.ts';
import { type CheckServices, checkConnection, delayAfter } from './check-connection.ts';
import type { Connection, Delivery, DeliveryFacts } from './ports.ts';
import { isOfApp } from './delivery-subject.ts';
import { queueSync } from './request-sync.ts';
import { handleComment, handlePullRequest, lookAtReview } from './review/request-review.ts';
import { hostErrorKinds, unlessRefused } from './source-host.ts';

/** Asking again would be answered the same. */
const refusals = hostErrorKinds.filter((kind) => kind !== 'limited' && kind !== 'unavailable');

/** Does what a delivery or a look at a connection asks for. Once is as good as twice. */
export async function handleEvent(services: CheckServices, event: GithubEvent): Promise<{ outcome: string }> {
  if (event.kind === 'check') {
    const connection = await services.githubConnections.find(event.connection_id);
    return { outcome: connection ? await checkConnection(services, connection) : 'gone' };
  }
  if (event.kind === 'review') return { outcome: await lookAtReview(services, event.connection_id, event.number) };
  const delivery = await services.deliveries.find(event.subject, event.delivery_id);
  if (!delivery || delivery.handledAt) return { outcome: delivery ? 'handled before' : 'expired' };
  const outcome = await unlessRefused(handleDelivery(services, delivery), ['limited'], async (error) => {
    await services.githubQueue.send(event, delayAfter(error));
    return undefined;
  });
  if (outcome === undefined) return { outcome: 'later' };
  await services.deliveries.markHandled(delivery.subject, delivery.id, outcome, new Date());
  return { outcome };
}

async function handleDelivery(services: CheckServices, { subject, facts, receivedAt }: Delivery): Promise<string> {
  const connections = await connectionsOf(services, subject, facts);
  if (connections.length === 0) {
    // Left by a disconnection that died half-way.
    if (!isOfApp(subject) && facts.repository_id !== undefined)
      await services.deliveries.removeSecret(facts.repository_id, subject);
    return 'no connection';
  }
  const outcomes = new Set<string>();
  for (const connection of connections) {
    await services.githubConnections.update(connection.id, { lastDeliveryAt: receivedAt });
    outcomes.add(await unlessRefused(handleFor(services, connection, facts), refusals, () => 'the host refuses'));
  }
  return [...outcomes].join(', ');
}

async function connectionsOf(
  { githubConnections }: CheckServices,
  subject: string,
  facts: DeliveryFacts,
): Promise<readonly Connection[]> {
  if (!isOfApp(subject)) {
    const connection = await githubConnections.find(subject);
    return connection ? [connection] : [];
  }
  if (facts.repository_id !== undefined) return githubConnections.ofRepository(facts.repository_id);
  return facts.installation_id === undefined ? [] : githubConnections.ofInstallation(facts.installation_id);
}

/** An event says only that there is something to look at: what counts is what the host answers now. */
async function handleFor(services: CheckServices, connection: Connection, facts: DeliveryFacts): Promise<string> {
  switch (facts.event) {
    case 'push':
      return handlePush(services, connection, facts);
    case 'release':
      if (facts.action !== 'published' && facts.action !== 'released') return 'nothing to do';
      await queueSync(services, connection);
      return 'sync requested';
    case 'repository':
    case 'installation':
    case 'installation_repositories':
      return checkConnection(services, connection, { describe: true });
    case 'issue_comment':
      return handleComment(services, connection, facts);
    case 'pull_request':
      return handlePullRequest(services, connection, facts);
    default:
      return 'acknowledged';
  }
}

async function handlePush(services: CheckServices, connection: Connection, facts: DeliveryFacts): Promise<string> {
  if (facts.ref !== `refs/heads/${connection.branch}`) return 'another branch';
  if (facts.deleted || facts.after === undefined) return checkConnection(services, connection, { describe: true });
  if (facts.after === connection.lastSyncSha) return 'synced before';
  await services.githubConnections.update(connection.id, { expected: { sha: facts.after, at: new Date() } });
  await queueSync(services, connection);
  return 'sync requested';
}
