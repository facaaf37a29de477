import type { Caller } from '../kernel/http/caller.ts';
import type { Quotas } from '../quotas/quotas.ts';
import { enterWithinQuota } from './enter-within-quota.ts';
import { everybody, personChannel } from './audience.ts';
import type { ConnectionStore, ConnectedQueue, Sockets } from './ports.ts';

/** API Gateway ends a WebSocket after 2 h. */
const socketMs = 2.2 * 3_600_000;

/**
 * Records an opened WebSocket, and has `connected` sent once it can be posted to.
 * @throws Problem `quota-exceeded`.
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
  await connectedQueue.request(id);
}

/** Tries while the answer to $connect may still be on its way; after that the socket is gone. */
const connectedAttempts = 3;

/** Says `connected`. @throws Error as long as the socket may still open, so that the message is tried again. */
export async function sendConnected({ sockets }: { sockets: Sockets }, id: string, attempt: number): Promise<void> {
  const sent = await sockets.post(id, { type: 'connected', connection_id: id, timestamp: new Date().toISOString() });
  if (!sent && attempt < connectedAttempts) throw new Error('The socket is not open yet.');
}
