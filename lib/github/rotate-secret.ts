import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import { notFound } from '../kernel/errors/problem.ts';
import type { Caller } from '../kernel/http/caller.ts';
import type { Relay } from '../outbox/ports.ts';
import { type HostAccess, hookUrl, newWebhookSecret, repositoryOf, secretContext } from './credentials.ts';
import { findOwnConnection } from './find-connection.ts';
import { problemOf } from './host-problems.ts';
import type { Connection, DeliveryStore, GithubConnectionStore } from './ports.ts';
import { presentHook } from './present.ts';
import type { RotateSecret, SecretRotated } from './schema.ts';
import { HostError } from './source-host.ts';

/** So long both secrets count when nobody knows which of them the host has. */
const unknownMs = 24 * 3_600_000;

interface Services extends HostAccess {
  readonly githubConnections: GithubConnectionStore;
  readonly deliveries: DeliveryStore;
  readonly relay: Relay;
  readonly settings: { readonly BASE_URL: string };
}

/**
 * Gives a connection's webhook a new secret. Where the platform installed the webhook it changes it there too. Both secrets count from before the webhook
 * is changed until the overlap is over, so no delivery is refused meanwhile, wherever a process dies.
 * @throws Problem `not-found`, also for somebody else's connection; what the host refuses, and then the former secret is still the one.
 */
export async function rotateSecret(
  services: Services,
  caller: Caller,
  id: string,
  { overlap_s: overlapS }: z.output<typeof RotateSecret>,
): Promise<z.output<typeof SecretRotated>> {
  const connection = await findOwnConnection(services, caller, id);
  const { deliveries, encryptor, githubConnections, relay, settings } = services;
  const { repositoryId, repository, hookId, webhookSecret: former } = connection;
  const secret = newWebhookSecret();
  const fresh = await encryptor.encrypt(secret, secretContext(connection.id));
  await deliveries.putSecret(repositoryId, { connectionId: connection.id, secrets: [fresh, former] });
  const url = hookUrl(settings.BASE_URL, connection.id);
  if (hookId !== undefined) await changeHook(services, connection, fresh, { id: hookId, url, secret });
  const until = overlapS === 0 ? undefined : new Date(Date.now() + overlapS * 1000);
  const changes = { webhookSecret: fresh, previousSecret: until && { secret: former, until } };
  const target = { type: 'connection', id: connection.id };
  const entry = auditEntry(caller, {
    action: 'github.secret-rotated',
    target,
    details: { repository, overlap_s: overlapS },
  });
  if (!(await githubConnections.replaceSecret(connection.id, changes, [entry]))) throw notFound('connection', id);
  await relay.send([entry.id]);
  await deliveries.putSecret(repositoryId, {
    connectionId: connection.id,
    secrets: secretsOf({ ...connection, ...changes }),
  });
  return {
    connection_id: connection.id,
    webhook: presentHook(connection, { url, secret }),
    previous_valid_until: until?.toISOString() ?? null,
  };
}

/** Makes what deliveries are verified with follow the connection's row: a former secret whose overlap is over, a process that died in a rotation, a new encryption key. */
export async function alignSecrets(
  { githubConnections, deliveries }: Pick<Services, 'githubConnections' | 'deliveries'>,
  connection: Connection,
): Promise<void> {
  const { id, repositoryId, previousSecret } = connection;
  const [kept] = await deliveries.secretsOf(repositoryId, id);
  const secrets = secretsOf(connection);
  if (!isDeepStrictEqual(kept?.secrets, secrets))
    await deliveries.putSecret(repositoryId, { connectionId: id, secrets });
  if (previousSecret && secrets.length === 1) await githubConnections.update(id, { previousSecret: undefined });
}

function secretsOf({ webhookSecret, previousSecret }: Connection): string[] {
  const counts = previousSecret && previousSecret.until.getTime() > Date.now();
  return [webhookSecret, ...(counts ? [previousSecret.secret] : [])];
}

/** A host that refuses the new secret goes on signing with the former. One that does not answer may sign with either. */
async function changeHook(
  services: Services,
  connection: Connection,
  fresh: string,
  hook: { readonly id: number; readonly url: string; readonly secret: string },
): Promise<void> {
  try {
    await (await repositoryOf(services, connection)).changeHookSecret(hook.id, hook);
  } catch (error) {
    const { id: connectionId, repositoryId } = connection;
    if (error instanceof HostError && error.kind !== 'unavailable')
      await services.deliveries.putSecret(repositoryId, { connectionId, secrets: secretsOf(connection) });
    else {
      const until = new Date(Date.now() + unknownMs);
      await services.githubConnections.update(connectionId, { previousSecret: { secret: fresh, until } });
    }
    throw problemOf(error);
  }
}
