import { type AddressInfo, createServer, type Socket } from 'node:net';
import { runCommand } from './commands.ts';
import { accountOf } from './commands/authenticate.ts';
import type { Login } from './commands/context.ts';
import { Cursors } from './cursors.ts';
import { Storage } from './storage.ts';
import { formatReply, parseMessage, takeMessage } from './wire.ts';

const sweepMilliseconds = 5000;

interface MongoOptions {
  /** The sqlite file, made when missing; `:memory:` keeps nothing. */
  file: string;
  /** 0 (the default) takes a free one. */
  port?: number;
  host?: string;
  /** Whom alone it serves (SCRAM-SHA-256); anybody when it is not given. */
  credentials?: { readonly user: string; readonly password: string };
}

interface RunningMongo {
  url: string;
  port: number;
  /** Closes connections and file. */
  stop(): Promise<void>;
}

/**
 * Starts a server that speaks MongoDB's wire protocol (OP_MSG, and OP_QUERY for the handshake) as a standalone.
 * A write is in the file when it is acknowledged and survives the end of the process at any moment.
 * Rejects when the port is taken or the file cannot be opened.
 */
export async function startMongo({
  file,
  port = 0,
  host = '127.0.0.1',
  credentials,
}: MongoOptions): Promise<RunningMongo> {
  const storage = new Storage(file);
  const cursors = new Cursors();
  const account = credentials && accountOf(credentials.user, credentials.password);
  const sockets = new Set<Socket>();
  let connections = 0;

  const serve = (socket: Socket): void => {
    const connectionId = (connections += 1);
    const login: Login = { isAuthenticated: false };
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    // A connection that breaks off concerns nobody else; 'close' follows.
    socket.on('error', () => socket.destroy());
    const receive = receiver((message) => {
      const request = parseMessage(message);
      const reply = runCommand({
        storage,
        cursors,
        db: request.database,
        command: request.command,
        request,
        connectionId,
        account,
        login,
      });
      if (!request.silent) socket.write(formatReply(request, reply));
    });
    socket.on('data', (chunk) => {
      try {
        receive(chunk);
      } catch {
        // What is not this protocol ends its connection, as mongod does.
        socket.destroy();
      }
    });
  };

  const server = createServer(serve);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch((error: unknown) => {
    storage.close();
    throw error;
  });
  const sweep = setInterval(() => {
    cursors.dropIdle(Date.now());
    storage.transaction(() => {
      for (const collection of storage.collections()) collection.expire(Date.now());
    });
  }, sweepMilliseconds);
  sweep.unref();

  const taken = (server.address() as AddressInfo).port;
  return {
    url: `mongodb://${host}:${taken}`,
    port: taken,
    async stop() {
      clearInterval(sweep);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      storage.close();
    },
  };
}

/** Collects chunks into whole messages; chunks are only joined once a message is complete. */
function receiver(handle: (message: Buffer) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let size = 0;
  let wanted = 4;
  return (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size < wanted) return;
    let received: Buffer = Buffer.concat(chunks);
    for (let taken = takeMessage(received); taken; taken = takeMessage(received)) {
      received = taken.rest;
      handle(taken.message);
    }
    chunks = [received];
    size = received.length;
    wanted = size >= 4 ? received.readInt32LE(0) : 4;
  };
}
