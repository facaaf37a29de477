import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '../../../lib/kernel/ids.ts';
import type { DiscoveredFunction } from '../../discover.ts';
import { type KnownNames, refuseForeignHost, refuseForeignOrigin, type Refusal } from '../guard/known-host.ts';
import type { Credentials } from '../guard/verify-signature.ts';
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
import { createSocketApi, refuseUpgrade, socketPath } from './websocket.ts';

export interface GatewayOptions extends KnownNames {
  readonly functions: readonly DiscoveredFunction[];
  /** 0 takes a free one. A taken one rejects with code EADDRINUSE. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly stage: string;
  /** What callers of the `@connections` API sign with. */
  readonly credentials: Credentials;
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
  /** Asked of every request before anything else is. */
  const refusalOf = (request: IncomingMessage): Refusal | undefined =>
    refuseForeignHost(request, options) ??
    (mayComeFromAnywhere(request) ? undefined : refuseForeignOrigin(request, options));
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const refusal = refusalOf(request);
    if (refusal !== undefined) return refuse(response, refusal);
    serve(request, response).catch((error: unknown) => {
      warn(`${request.method} could not be served`, error);
      if (response.headersSent) response.destroy();
      else sendAnswer(response, gatewayProblem('internal-error', { path: '', requestId: '' }), '');
    });
  };
  server.on('request', handle);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (refusalOf(request) === undefined && !declaresTooMuch(request)) response.writeContinue();
    handle(request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const refusal = refusalOf(request);
    if (refusal === undefined) sockets.upgrade(request, socket, head);
    else refuseUpgrade(socket, refusal.status);
  });
  server.on('clientError', refuseMalformed);
  server.listen(port, host);
  await once(server, 'listening');
  const management = await startManagement(connections, options.credentials);
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

function refuse(response: ServerResponse, { status, detail }: Refusal): void {
  const type = status === 400 ? 'invalid-request' : 'forbidden';
  const requestId = newId();
  response.setHeader('connection', 'close');
  sendAnswer(response, gatewayProblem(type, { path: '', requestId, detail }), requestId);
}

/** What the contract answers with `Access-Control-Allow-Origin: *`, and what a browser may ask without having been allowed to. */
function mayComeFromAnywhere({ method = '', url = '', headers }: IncomingMessage): boolean {
  if (headers.upgrade !== undefined) return false;
  return ['GET', 'HEAD', 'OPTIONS'].includes(method) || /^\/oauth\/(?:token|register|revoke)\b/.test(url);
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
