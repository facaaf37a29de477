import * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import type { UserStore } from '../auth/ports.ts';
import type { Cache } from '../kernel/cache.ts';
import { invalidField, notFound } from '../kernel/errors/problem.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { pageFacts, pageOf, pageQuery, windowOf } from '../kernel/http/page.ts';
import { Id, Timestamp } from '../kernel/ids.ts';
import type { OutboxEntry, Relay } from '../outbox/ports.ts';
import { toolSpace } from '../tools/find-page.ts';
import type { NamespaceGrant, NamespaceStore } from './ports.ts';
import { ownNamespace } from './present.ts';

const Namespace = z
  .string()
  .max(198)
  .regex(/^[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*$/, 'The part of a name before its slash, such as io.github.acme')
  .meta({ example: 'io.github.acme' });

export const GrantNamespace = z
  .strictObject({ namespace: Namespace, user_id: Id })
  .meta({ example: { namespace: 'io.github.ada', user_id: '019c1385-1a40-7000-8000-000000000002' } });
export const NamespacePath = z.object({ namespace: Namespace });
export const ListNamespaces = z.object(pageQuery);

export const NamespaceView = z
  .object({ namespace: z.string(), user_id: Id, granted_by: Id, granted_at: Timestamp })
  .meta({ id: 'RegistryNamespace' });
export const NamespacePage = pageOf(NamespaceView).meta({ id: 'RegistryNamespacePage' });
export const RevokedNamespace = z.object({ message: z.string(), namespace: z.string() });

interface Services {
  readonly namespaces: NamespaceStore;
  readonly users: Pick<UserStore, 'byId'>;
  readonly relay: Relay;
  readonly cache: Cache;
  readonly settings: { readonly BASE_URL: string };
}

/**
 * Lets the tools of a user be served under the names in a namespace with which they came. Whoever had it before has it no longer.
 * @throws Problem `validation-error` for the namespace of this installation, which belongs to slugs, and for a user who does not exist.
 */
export async function grantNamespace(
  services: Services,
  caller: Caller,
  { namespace, user_id: userId }: z.output<typeof GrantNamespace>,
): Promise<z.output<typeof NamespaceView>> {
  if (namespace === ownNamespace(services.settings.BASE_URL))
    throw invalidField(
      ['namespace'],
      'The namespace of this installation belongs to the slugs of its tools',
      'own_namespace',
    );
  if (!(await services.users.byId(userId))) throw invalidField(['user_id'], 'No user has this id', 'unknown_user');
  const grant = { namespace, userId, grantedBy: caller.userId, grantedAt: new Date() };
  const entry = auditEntry(caller, {
    action: 'namespace.granted',
    target: { type: 'namespace', id: namespace.slice(0, 64) },
    details: { namespace, user_id: userId },
  });
  await services.namespaces.put(grant, [entry]);
  await publish(services, entry);
  return present(grant);
}

export async function listNamespaces(
  { namespaces }: Pick<Services, 'namespaces'>,
  query: z.output<typeof ListNamespaces>,
): Promise<z.output<typeof NamespacePage>> {
  const { items, total } = await namespaces.list(windowOf(query));
  return { items: items.map(present), ...pageFacts(query, total) };
}

/** @throws Problem `not-found` when the namespace is nobody's. */
export async function revokeNamespace(
  services: Omit<Services, 'users' | 'settings'>,
  caller: Caller,
  namespace: string,
): Promise<z.output<typeof RevokedNamespace>> {
  const target = { type: 'namespace', id: namespace.slice(0, 64) };
  const entry = auditEntry(caller, { action: 'namespace.revoked', target, details: { namespace } });
  if (!(await services.namespaces.remove(namespace, [entry]))) throw notFound('namespace', namespace);
  await publish(services, entry);
  return { message: "The namespace is nobody's now.", namespace };
}

async function publish({ relay, cache }: Pick<Services, 'relay' | 'cache'>, { id }: OutboxEntry): Promise<void> {
  await Promise.all([relay.send([id]), cache.forget(toolSpace)]);
}

function present({ namespace, userId, grantedBy, grantedAt }: NamespaceGrant): z.output<typeof NamespaceView> {
  return { namespace, user_id: userId, granted_by: grantedBy, granted_at: grantedAt.toISOString() };
}
