import { Problem } from '../kernel/errors/problem.ts';
import type { Caller } from '../kernel/http/caller.ts';
import type { Quotas } from '../quotas/quotas.ts';
import { enterWithinQuota } from './enter-within-quota.ts';
import { everybody, personChannel } from './audience.ts';
import { disconnect } from './disconnect.ts';
import type { ConnectionStore, ConnectedQueue, Sockets } from './ports.ts';

/** API Gateway ends a WebSocket after 2 h. */
const socketMs = 2.2 * 3_600_000;

/**
 * Records an opened WebSocket, and has `connected` sent once it can be posted to.
 * @throws Problem `quota-exceeded`; `service-unavailable` when the queue of it is away.
 */
export async function connect(
  {
    connections,
    connectedQueue,
    quotas,
  }: { readonly connections: ConnectionStore; readonly connectedQueue: ConnectedQueue; readonly quotas: Quotas },
  id: string,
  caller: Caller,
): Promise<void> {
  await enterWithinQuota(quotas, 'sockets', caller, id, socketMs);
  const connection = { id, caller, channels: [] };
  await connections.open(connection);
  await connections.subscribe(connection, [everybody, personChannel(caller.userId)]);
  try {
    await connectedQueue.request(id);
  } catch (cause) {
    // Nobody would say `connected`, for which clients wait.
    await disconnect({ connections, quotas }, id);
    throw new Problem('service-unavailable', { cause, headers: { 'retry-after': '5' } });
  }
}

/** Tries while the answer to $connect may still be on its way; after that the socket is gone. */
const connectedAttempts = 3;

/** Says `connected`. @throws Error as long as the socket may still open, so that the message is tried again. */
export async function sendConnected({ sockets }: { sockets: Sockets }, id: string, attempt: number): Promise<void> {
  const sent = await sockets.post(id, { type: 'connected', connection_id: id, timestamp: new Date().toISOString() });
  if (!sent && attempt < connectedAttempts) throw new Error('The socket is not open yet.');
}
