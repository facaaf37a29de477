import type * as z from 'zod';
import { notFound } from '../kernel/errors/problem.ts';
import { type Caller, isAdmin, owns } from '../kernel/http/caller.ts';
import { pageFacts, type PageRequest, windowOf } from '../kernel/http/page.ts';
import { subjectsOf } from './delivery-subject.ts';
import type { Connection, DeliveryStore, GithubConnectionStore } from './ports.ts';
import { presentConnection, presentDelivery } from './present.ts';
import type * as schema from './schema.ts';

interface Services {
  readonly githubConnections: GithubConnectionStore;
}

/** @throws Problem `not-found`, also for somebody else's connection. */
export async function findOwnConnection(
  { githubConnections }: Services,
  caller: Caller,
  id: string,
): Promise<Connection> {
  const connection = await githubConnections.find(id.toLowerCase());
  if (!connection || !owns(caller, connection.ownerId)) throw notFound('connection', id);
  return connection;
}

/** @throws Problem `not-found`, also for somebody else's connection. */
export async function getConnection(services: Services, caller: Caller, id: string) {
  return presentConnection(await findOwnConnection(services, caller, id));
}

/** One page of the caller's connections, newest first; an admin sees everybody's. */
export async function listConnections(
  { githubConnections }: Services,
  caller: Caller,
  query: PageRequest,
): Promise<z.output<typeof schema.ConnectionPage>> {
  const ownerId = isAdmin(caller) ? undefined : caller.userId;
  const { items, total } = await githubConnections.list({ ownerId }, windowOf(query));
  return { items: items.map(presentConnection), ...pageFacts(query, total) };
}

/**
 * The webhook deliveries of the last three days, newest first, at most 100.
 * @throws Problem `not-found`, also for somebody else's connection.
 */
export async function listDeliveries(
  services: Services & { readonly deliveries: DeliveryStore },
  caller: Caller,
  id: string,
): Promise<z.output<typeof schema.Deliveries>> {
  const connection = await findOwnConnection(services, caller, id);
  const lists = await Promise.all(subjectsOf(connection).map((subject) => services.deliveries.list(subject)));
  const newest = lists.flat().toSorted((a, b) => b.receivedAt.getTime() - a.receivedAt.getTime());
  return { deliveries: newest.slice(0, 100).map(presentDelivery) };
}
