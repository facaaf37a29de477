import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { takesTime, waitUntil } from '../wait-until.ts';

/**
 * What may become of a store, as its client sees it: nobody listens; every connection is reset at once; nothing that it says arrives, and new connections hang; its answers arrive a byte
 * at a time; they are noise.
 */
export const storeFaults = ['refused', 'reset', 'stall', 'trickle', 'garbage'] as const;
type StoreFault = (typeof storeFaults)[number];

export interface StoreNetwork {
  /** The store's own address by way of this network. */
  readonly url: string;
  /** How many connections were opened through it so far. */
  readonly opened: () => number;
  /** From now on, until `resume`. Connections that are open suffer it too. */
  fail(fault: StoreFault): void;
  /** All is well again; connections that hang are cut. */
  resume(): Promise<void>;
  /** Cuts the connection when the server next answers a packet that contains this text; the answer is lost. */
  cutAnswerTo(text: string): void;
  close(): Promise<void>;
}

const trickleMs = 250;

/** Stands between a client and a store, to see what the client makes of a network that fails. */
export async function startStoreNetwork(target: string): Promise<StoreNetwork> {
  const url = new URL(target);
  const store = { port: Number(url.port), host: url.hostname };
  const sockets = new Set<Socket>();
  let fault: StoreFault | undefined;
  let opened = 0;
  let fatal: string | undefined;

  const server = createServer((client) => {
    opened += 1;
    if (fault === 'reset') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(store.port, store.host);
    let doomed = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // Cut connections are what this is for.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
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
    let order = Promise.resolve();
    upstream.on('data', (data: Buffer) => {
      if (doomed) client.destroy();
      else order = order.then(() => deliver(client, data));
    });
  });

  async function deliver(client: Socket, data: Buffer): Promise<void> {
    if (fault === 'garbage') client.write(randomBytes(data.byteLength));
    if (fault === undefined) client.write(data);
    if (fault !== 'trickle') return;
    // Whoever waits for the end of it is cut by `resume`.
    for (const byte of data) {
      if (client.destroyed) return;
      client.write(Buffer.of(byte));
      await takesTime(trickleMs);
    }
  }

  const cutAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const listen = async (port: number): Promise<void> => {
    server.listen(port, url.hostname);
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  url.port = String(port);
  return {
    url: url.href,
    opened: () => opened,
    fail: (next) => {
      fault = next;
      if (next === 'refused') server.close();
      if (next === 'refused' || next === 'reset') cutAll();
    },
    resume: async () => {
      fault = undefined;
      cutAll();
      // Somebody else may have the port for a moment: connections that go out get theirs at random.
      if (!server.listening)
        await waitUntil('the port of the store is free', () =>
          listen(port).then(
            () => true,
            () => false,
          ),
        );
    },
    cutAnswerTo: (text) => {
      fatal = text;
    },
    close: async () => {
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      cutAll();
      await closed;
    },
  };
}
