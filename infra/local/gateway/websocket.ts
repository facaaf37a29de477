import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod';
import { type DiscoveredFunction, ofKind } from '../../discover.ts';
import { Connection, type Connections, type Opening, openingOf } from './connections.ts';
import { closeAfterWrite } from './close-after-write.ts';
import { FrameLimit } from './frame-limit.ts';
import { InvocationTimeout, type Invoker } from './invoke.ts';
import { headBytes, maxFrameBytes, maxHeadBytes, maxMessageBytes } from './limits.ts';
import { socketEvents } from './socket-event.ts';
import type { Warn } from './warn.ts';

export interface SocketApiOptions {
  readonly functions: readonly DiscoveredFunction[];
  readonly invoker: Invoker;
  readonly stage: string;
  readonly connections: Connections;
  readonly warn: Warn;
}

export interface SocketApi {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every connection with 1001; the $disconnect runs begin before it resolves. */
  stop(): Promise<void>;
}

/** The path that CloudFront gives to the WebSocket API. */
export const socketPath = '/ws';

/** How long clients may take to close when the gateway stops. */
const closingMs = 500;

const Result = z.object({ statusCode: z.int().min(200).max(599) });
type Events = ReturnType<typeof socketEvents>;

/** A WebSocket API with the routes $connect, $disconnect and $default. */
export function createSocketApi({ functions, invoker, stage, connections, warn }: SocketApiOptions): SocketApi {
  const routes = new Map(ofKind(functions, 'socket').map((target) => [target.declaration.socketRoute, target]));
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    handleProtocols: () => false,
  });

  const waiting = new Set<Duplex>();
  let isStopping = false;

  /** The status that the function answers; the one of API Gateway when it fails. */
  async function run(route: '$connect' | '$disconnect' | '$default', event: object): Promise<number> {
    const target = routes.get(route);
    if (target === undefined) return 200;
    try {
      return Result.parse(await invoker.call(target, event)).statusCode;
    } catch (error) {
      warn(`${target.id} failed`, error);
      return error instanceof InvocationTimeout ? 504 : 502;
    }
  }

  async function connect(request: IncomingMessage, socket: Duplex, head: Buffer, query: string): Promise<void> {
    const opening = openingOf(request);
    const events = socketEvents(request, opening, stage);
    waiting.add(socket);
    const status = await run('$connect', events.connect(query));
    waiting.delete(socket);
    if (status > 299) return refuseUpgrade(socket, status);
    if (!socket.readable || !socket.writable) {
      socket.destroy();
      await run('$disconnect', events.disconnect(1006, 'The client left while it was let in'));
      return;
    }
    server.handleUpgrade(request, socket, head, (ws) => open(ws, socket, opening, events));
  }

  function open(ws: WebSocket, socket: Duplex, opening: Opening, events: Events): void {
    const connection = new Connection(opening, ws);
    connections.set(opening.id, connection);
    const frames = new FrameLimit(maxFrameBytes);
    const measure = (chunk: Buffer): void => {
      if (frames.allows(chunk)) return;
      socket.off('data', measure);
      connection.close(1009, 'A frame is over 32 KB');
    };
    socket.prependListener('data', measure);
    ws.on('message', (data: Buffer, isBinary) => {
      if (ws.readyState === WebSocket.OPEN) void receive(connection, events.message(data, isBinary));
    });
    let broken: number | undefined;
    // `ws` then closes with the code that says so, and does not read the client's last frames any more.
    ws.on('error', ({ code }: NodeJS.ErrnoException) => {
      broken = code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 1009 : 1002;
    });
    ws.once('close', (code, reason) => {
      connections.delete(opening.id);
      void run('$disconnect', events.disconnect(broken ?? code, reason.toString('utf8')));
    });
  }

  async function receive(connection: Connection, event: ReturnType<Events['message']>): Promise<void> {
    connection.touch();
    const status = routes.has('$default') ? await run('$default', event) : 403;
    if ((status !== 403 && status < 500) || !connection.isOpen) return;
    const { requestId, connectionId } = event.requestContext;
    const message = routes.has('$default') ? 'Internal server error' : 'Forbidden';
    connection.send(JSON.stringify({ message, connectionId, requestId }));
  }

  return {
    upgrade: (request, socket, head) => {
      const [path, query = ''] = splitOnce(request.url ?? '', '?');
      // Opened now, it would be closed by nobody.
      if (isStopping) return refuseUpgrade(socket, 503);
      if (path !== socketPath) return refuseUpgrade(socket, 404);
      if (!isHandshake(request)) return refuseUpgrade(socket, 400);
      if (headBytes('GET', request.url ?? '', request.rawHeaders) > maxHeadBytes) return refuseUpgrade(socket, 431);
      connect(request, socket, head, query).catch((error: unknown) => {
        warn('A WebSocket could not be opened', error);
        socket.destroy();
      });
    },
    stop: async () => {
      isStopping = true;
      for (const socket of waiting) refuseUpgrade(socket, 503);
      const open = [...connections.values()];
      for (const connection of open) connection.close(1001, 'Going away');
      const rest = setTimeout(() => open.forEach((connection) => connection.terminate()), closingMs);
      await Promise.all(open.map((connection) => connection.closed));
      clearTimeout(rest);
    },
  };
}

function isHandshake({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')
  );
}

/** Answers an upgrade with a status and no body. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  closeAfterWrite(
    socket,
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}
