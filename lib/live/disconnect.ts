import { allows, type Caller, type Grant } from '../kernel/http/caller.ts';
import type { Authenticator } from '../kernel/lambda/runtime.ts';
import { currentCorrelation } from '../kernel/log/correlation.ts';
import type { Quotas } from '../quotas/quotas.ts';
import { personChannel } from './audience.ts';
import type { Connection, ConnectionStore, Sockets } from './ports.ts';

/** Forgets a WebSocket that has ended. */
export async function disconnect(
  { connections, quotas }: { readonly connections: ConnectionStore; readonly quotas: Quotas },
  id: string,
): Promise<void> {
  await Promise.all([connections.close(id), quotas.open.leave('sockets', id)]);
}

interface EndingServices {
  readonly connections: ConnectionStore;
  readonly sockets: Sockets;
  readonly authenticator: Authenticator;
}

/** Whether somebody may still do what they could do when their stream or socket was opened. */
export async function isUnchanged(
  { authenticator }: Pick<EndingServices, 'authenticator'>,
  caller: Caller,
): Promise<boolean> {
  const now = await authenticator.recheck(caller);
  return now !== undefined && now.role === caller.role && caller.permissions.every((grant) => stillHas(now, grant));
}

function stillHas(now: Caller, grant: Grant): boolean {
  return grant === '*:*' ? now.permissions.includes(grant) : allows(now, grant);
}

/** Ends the sockets of a user that were opened by a credential which is over, or with a role that they do not have any more. */
export async function endSockets(services: EndingServices, userId: string): Promise<void> {
  const open = await services.connections.subscribers(personChannel(userId));
  await Promise.all(open.map((connection) => endIfChanged(services, connection)));
}

async function endIfChanged(services: EndingServices, { id, caller }: Connection): Promise<void> {
  try {
    if (await isUnchanged(services, caller)) return;
    await services.connections.close(id);
    await services.sockets.close(id);
  } catch (error) {
    // Its next subscription checks again; until then it is sent what it subscribed to.
    currentCorrelation()?.log.warn('A socket could not be ended.', { connection_id: id, error });
  }
}
