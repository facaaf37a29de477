import type * as z from 'zod';
import { Problem } from '../kernel/errors/problem.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { secretContext } from './credentials.ts';
import { subjectOfApp } from './delivery-subject.ts';
import type { DeliveryFacts, DeliveryStore, GithubQueue, VerifySignature } from './ports.ts';
import { readDelivery } from './read-delivery.ts';
import type { Received } from './schema.ts';

export interface ReceiveServices {
  readonly deliveries: DeliveryStore;
  readonly encryptor: Encryptor;
  readonly githubQueue: GithubQueue;
  /** Of the application's one webhook. */
  readonly appSecret: string | undefined;
  readonly verifySignature: VerifySignature;
}

export interface IncomingDelivery {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it was sent, byte for byte. */
  readonly body: string;
  readonly connectionId: string | undefined;
}

const signatureShape = /^sha256=[0-9a-f]{64}$/;
const eventShape = /^[a-z0-9_]{1,64}$/;
const idShape = /^[A-Za-z0-9-]{1,64}$/;

/** Events that something follows from; the others are acknowledged. */
const handled = new Set([
  'push',
  'release',
  'repository',
  'installation',
  'installation_repositories',
  'pull_request',
  'issue_comment',
]);

/**
 * Takes a webhook delivery: verifies it, writes it down once and hands it to the worker. Nothing is kept of one that cannot be verified.
 * @throws Problem `unauthorized`; `invalid-request` when GitHub's headers are missing; `service-unavailable`.
 */
export async function receiveDelivery(
  services: ReceiveServices,
  { headers, body, connectionId }: IncomingDelivery,
): Promise<z.output<typeof Received>> {
  const event = headers['x-github-event'] ?? '';
  const id = headers['x-github-delivery'] ?? '';
  const facts = readDelivery(event, body);
  const signature = headers['x-hub-signature-256'] ?? '';
  const subjects = signatureShape.test(signature)
    ? await verifiedFor(services, facts, body, signature, connectionId)
    : [];
  if (subjects.length === 0)
    throw new Problem('unauthorized', {
      detail: 'X-Hub-Signature-256 is missing, or no secret of this repository makes it.',
    });
  if (!facts || !eventShape.test(event) || !idShape.test(id))
    throw new Problem('invalid-request', {
      detail: 'X-GitHub-Event, X-GitHub-Delivery and a JSON payload are expected.',
    });
  await Promise.all(subjects.map((subject) => keep(services, subject, id, facts)));
  return { message: messageFor(event), event_type: event, delivery_id: id };
}

/** Whose secrets make this signature: the application's, or those of connections to the payload's repository. */
async function verifiedFor(
  { deliveries, encryptor, appSecret, verifySignature }: ReceiveServices,
  facts: DeliveryFacts | undefined,
  body: string,
  signature: string,
  connectionId: string | undefined,
): Promise<string[]> {
  if (appSecret !== undefined && (await verifySignature(appSecret, body, signature)))
    return [subjectOfApp(facts?.repository_id)];
  if (facts?.repository_id === undefined) return [];
  const candidates = await deliveries.secretsOf(facts.repository_id, connectionId);
  const verified = candidates.map(async ({ connectionId: candidate, secrets }) => {
    for (const secret of secrets) {
      const plain = await encryptor.decrypt(secret, secretContext(candidate));
      if (await verifySignature(plain, body, signature)) return [candidate];
    }
    return [];
  });
  return (await Promise.all(verified)).flat();
}

async function keep(
  { deliveries, githubQueue }: ReceiveServices,
  subject: string,
  id: string,
  facts: DeliveryFacts,
): Promise<void> {
  const outcome = handled.has(facts.event) ? undefined : 'acknowledged';
  const isNew = await deliveries.receive({ subject, id, facts, receivedAt: new Date(), outcome });
  if (!isNew || outcome !== undefined) return;
  await githubQueue.send({ kind: 'delivery', subject, delivery_id: id }).catch(async (cause: unknown) => {
    // The host notes the failure, and the same delivery may be sent again.
    await deliveries.forget(subject, id);
    throw new Problem('service-unavailable', { cause, headers: { 'retry-after': '5' } });
  });
}

function messageFor(event: string): string {
  if (event === 'ping') return 'The webhook works.';
  return handled.has(event) ? 'The delivery is accepted.' : 'The delivery is acknowledged; nothing follows from it.';
}

export function statusOfReceived({ event_type }: z.output<typeof Received>): number {
  return event_type === 'ping' ? 200 : 202;
}
