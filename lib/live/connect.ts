import type { Caller } from '../kernel/http/caller.ts';
import { everybody } from './audience.ts';
import type { ConnectionStore, ConnectedQueue, Sockets } from './ports.ts';

/** Records an opened WebSocket, and has `connected` sent once it can be posted to. */
export async function connect(
  { connections, connectedQueue }: { connections: ConnectionStore; connectedQueue: ConnectedQueue },
  id: string,
  caller: Caller,
): Promise<void> {
  const { userId, role, permissions } = caller;
  const connection = { id, caller: { userId, role, permissions } };
  await connections.open(connection);
  await connections.subscribe(connection, everybody);
  await connectedQueue.request(id);
}

/** Tries while the answer to $connect may still be on its way; after that the socket is gone. */
const connectedAttempts = 3;

/** Says `connected`. @throws Error as long as the socket may still open, so that the message is tried again. */
export async function sendConnected({ sockets }: { sockets: Sockets }, id: string, attempt: number): Promise<void> {
  const sent = await sockets.post(id, { type: 'connected', connection_id: id, timestamp: new Date().toISOString() });
  if (!sent && attempt < connectedAttempts) throw new Error('The socket is not open yet.');
}
