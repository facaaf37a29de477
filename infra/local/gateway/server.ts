import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DiscoveredFunction } from '../../discover.ts';
import { gatewayProblem, sendAnswer } from './answer.ts';
import type { Connections } from './connections.ts';
import { createInvoker } from './invoke.ts';
import { type Invoke, invokeById } from './invoke-by-id.ts';
import { headersTimeoutMs, requestTimeoutMs } from './limits.ts';
import { refuseMalformed } from './malformed.ts';
import { startManagement } from './management.ts';
import { declaresTooMuch } from './read-body.ts';
import { createRestApi } from './rest-api.ts';
import type { StreamRegistry } from './stream-answer.ts';
import { installStreaming } from './streaming.ts';
import { type Warn, warnOnStderr } from './warn.ts';
import { createSocketApi, socketPath } from './websocket.ts';

export interface GatewayOptions {
  readonly functions: readonly DiscoveredFunction[];
  /** 0 takes a free one. A taken one rejects with code EADDRINUSE. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly stage: string;
  /** Id of the function that takes requests which match no route. Default `fallback`; without such a function they answer 404 or 405. */
  readonly fallback?: string;
  readonly warn?: Warn;
}

export interface Gateway {
  readonly url: string;
  readonly port: number;
  /** Runs a function on an event, as `aws lambda invoke` would. A stream's answer is collected. @throws what it throws, or InvocationTimeout. */
  readonly invoke: Invoke;
  /** Where WebSocket clients connect. */
  readonly socketUrl: string;
  /** Endpoint of the `@connections` API. */
  readonly managementUrl: string;
  /** Ends streams and sockets, waits up to 3 s for requests under way, and leaves nothing behind. */
  stop(): Promise<void>;
}

const stopMs = 3_000;

/** API Gateway and Lambda in this process: HTTP requests become the functions' events, and their results answers. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { functions, port, host = '127.0.0.1', stage, warn = warnOnStderr } = options;
  installStreaming();
  const invoker = createInvoker(stage);
  const streams: StreamRegistry = new Set();
  const fallback = functions.find(({ id }) => id === (options.fallback ?? 'fallback'));
  const serve = createRestApi({ functions, invoker, stage, fallback, streams, warn });

  const connections: Connections = new Map();
  const sockets = createSocketApi({ functions, invoker, stage, connections, warn });

  const server = createServer({
    // Any other upgrade, such as to h2c, is an offer that a server may pass over.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: 65_000,
    noDelay: true,
  });
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      warn(`${request.method} could not be served`, error);
      if (response.headersSent) response.destroy();
      else sendAnswer(response, gatewayProblem('internal-error', { path: '', requestId: '' }), '');
    });
  };
  server.on('request', take);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!declaresTooMuch(request)) response.writeContinue();
    take(request, response);
  });
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  server.on('clientError', refuseMalformed);
  server.listen(port, host);
  await once(server, 'listening');
  const management = await startManagement(connections);
  const address = server.address() as AddressInfo;
  const place = `${urlHost(host)}:${address.port}`;

  return {
    url: `http://${place}`,
    socketUrl: `ws://${place}${socketPath}`,
    managementUrl: management.url,
    port: address.port,
    invoke: invokeById(functions, invoker),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const stream of streams) stream.destroy();
      server.closeIdleConnections();
      await sockets.stop();
      await invoker.settled(stopMs);
      await management.stop();
      const rest = setTimeout(() => server.closeAllConnections(), 100);
      await closed;
      clearTimeout(rest);
    },
  };
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
