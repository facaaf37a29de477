import type { Caller } from '../kernel/http/caller.ts';
import { everybody } from './audience.ts';
import type { ConnectionStore, Greetings, Sockets } from './ports.ts';

/** Notes an opened WebSocket, and has it greeted once it can be posted to. */
export async function connect(
  { connections, greetings }: { connections: ConnectionStore; greetings: Greetings },
  id: string,
  caller: Caller,
): Promise<void> {
  const { userId, role, permissions } = caller;
  const connection = { id, caller: { userId, role, permissions } };
  await connections.open(connection);
  await connections.subscribe(connection, everybody);
  await greetings.request(id);
}

/** Tries while the answer to $connect may still be on its way; after that the socket is gone. */
const greetingAttempts = 3;

/** Says `connected`. @throws Error as long as the socket may still open, so that the greeting is tried again. */
export async function greet({ sockets }: { sockets: Sockets }, id: string, attempt: number): Promise<void> {
  const told = await sockets.post(id, { type: 'connected', connection_id: id, timestamp: new Date().toISOString() });
  if (!told && attempt < greetingAttempts) throw new Error('The socket is not open yet.');
}
