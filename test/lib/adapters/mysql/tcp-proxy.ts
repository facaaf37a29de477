import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly url: string;
  /** How many connections were opened through it so far. */
  readonly opened: () => number;
  /** From now on nothing that the server says gets through, and new connections hang. */
  stall(): void;
  /** From now on every connection is cut at once. */
  refuse(): void;
  /** All is well again; connections that hang are cut. */
  resume(): void;
  /** Cuts the connection when the server next answers a packet that contains this text; the answer is lost. */
  cutAnswerTo(text: string): void;
  close(): Promise<void>;
}

/** Stands between a client and a server, to see what the client makes of a network that fails. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { port, hostname } = new URL(target);
  const sockets = new Set<Socket>();
  let stalled = false;
  let refusing = false;
  let opened = 0;
  let fatal: string | undefined;
  const server = createServer((client) => {
    opened += 1;
    if (refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    let doomed = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // Cut connections are what this is for.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      if (fatal !== undefined && data.includes(fatal)) {
        doomed = true;
        fatal = undefined;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (doomed) client.destroy();
      else if (!stalled) client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    opened: () => opened,
    stall: () => {
      stalled = true;
    },
    refuse: () => {
      refusing = true;
      for (const socket of sockets) socket.destroy();
    },
    resume: () => {
      stalled = false;
      refusing = false;
      for (const socket of sockets) socket.destroy();
    },
    cutAnswerTo: (text) => {
      fatal = text;
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
