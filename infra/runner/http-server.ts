import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { RunOptions } from '../../lib/deployments/runner-contract.ts';
import { codes, type Message, readMessage } from '../../lib/upstream/json-rpc.ts';
import type { CallerPeers } from './caller-peers.ts';
import { BodyTooLarge, header, readBody, refuse, refuseAtEnd, refuseForNow, sendJson } from './http-exchange.ts';
import type { LogBuffer } from './log-buffer.ts';
import { sessionEndpoint } from './session-endpoint.ts';
import type { Sessions } from './sessions.ts';
import { statelessEndpoint } from './stateless-endpoint.ts';
import { isStateless, sessionProtocols, statelessProtocol } from '../../lib/upstream/stateless-request.ts';
import type { Supervisor } from './supervisor.ts';

const mostLines = 5_000;
/** Longer than the proxy keeps its connections, so that it never writes into one that is being closed. */
const keepAliveMs = 120_000;

export interface HttpServerOptions {
  /** What the proxy sends as `X-Runner-Secret`. */
  readonly secret: string;
  readonly sessions: Sessions;
  readonly supervisor: Supervisor;
  readonly callers: CallerPeers;
  readonly options: RunOptions;
  readonly startMs: number;
  readonly replicaId: string;
  readonly log: LogBuffer;
  readonly health: () => { readonly healthy: boolean; readonly body: object };
  /** A call came: the replica is not idle. */
  readonly onCall: () => void;
}

/** `/mcp`, `/healthz` and `/logs`, for who knows the secret. */
export function createHttpServer(server: HttpServerOptions): Server {
  const { secret, sessions, supervisor, options, log, health, onCall } = server;
  const bySession = sessionEndpoint(sessions);
  const stateless = statelessEndpoint(server);
  const expected = Buffer.from(secret);

  const isKnown = (request: IncomingMessage): boolean => {
    const given = Buffer.from(header(request, 'x-runner-secret') ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  const hasEra = (era: RunOptions['eras'][number]): boolean => options.eras.includes(era);

  const post = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    let parsed: unknown;
    try {
      parsed = JSON.parse(body);
    } catch {
      refuse(response, 400, { code: codes.parse, message: 'The body is not JSON' });
      return;
    }
    const message = readMessage(parsed);
    const isModern = message !== undefined && isStateless(message, request.headers);
    if (sessions.draining && !isUnderWay(message, request)) refuseAtEnd(response, idOf(message));
    else if (!hasEra(isModern ? '2026-07-28' : '2025-11-25')) {
      refuseEra(response, message, isModern ? sessionProtocols : [statelessProtocol]);
    } else if (supervisor.facts === undefined && header(request, 'mcp-session-id') === undefined) {
      refuseForNow(response, 'The MCP server is not ready', idOf(message));
    } else if (message !== undefined && isModern) await stateless(message, request, response);
    else await bySession.post({ body, parsed, message }, request, response);
  };

  const mcp = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isLoopback(header(request, 'origin'))) {
      refuse(response, 403, { code: codes.invalidRequest, message: 'This Origin may not call' });
      return;
    }
    if (request.method === 'POST') {
      onCall();
      await post(request, response);
      onCall();
    } else if (!hasEra('2025-11-25')) response.writeHead(405, { allow: 'POST' }).end();
    else if (request.method === 'GET') await bySession.get(request, response);
    else if (request.method === 'DELETE') await bySession.delete(request, response);
    else response.writeHead(405, { allow: 'GET, POST, DELETE' }).end();
  };

  const logs = (url: URL, response: ServerResponse): void => {
    const lines = Number(url.searchParams.get('lines') ?? 200);
    const count = Number.isInteger(lines) ? Math.min(lines, mostLines) : 200;
    const found = log.last(count, url.searchParams.get('since') ?? undefined);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.end(found.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A connection that is kept could close in the moment in which the proxy writes its next request to it.
    if (sessions.draining) response.shouldKeepAlive = false;
    if (!isKnown(request)) {
      sendJson(response, 401, { error: 'X-Runner-Secret is missing or wrong' });
      return;
    }
    if (request.url === '/mcp') return mcp(request, response);
    const url = new URL(request.url ?? '/', 'http://runner');
    if (url.pathname === '/mcp') await mcp(request, response);
    else if (url.pathname === '/healthz') {
      const { healthy, body } = health();
      sendJson(response, healthy ? 200 : 503, body);
    } else if (url.pathname === '/logs') logs(url, response);
    else sendJson(response, 404, { error: 'not found' });
  };

  const http = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    route(request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      if (error instanceof BodyTooLarge) {
        response.shouldKeepAlive = false;
        refuse(response, 413, { code: codes.invalidRequest, message: 'The body is larger than 10 MB' });
        return;
      }
      log.add('runner', `${request.method ?? ''} ${request.url ?? ''} failed: ${(error as Error).message}`);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, { code: codes.internal, message: 'Internal error' });
    });
  });
  // A stream may be silent for long; its end is the client's or the proxy's to decide.
  http.requestTimeout = 60_000;
  http.timeout = 0;
  return http;
}

/** Belongs to what this replica began: to a session, or to a call that waits for its client. */
function isUnderWay(message: Message | undefined, request: IncomingMessage): boolean {
  const isResumed = message?.kind === 'request' && message.params['requestState'] !== undefined;
  return isResumed || header(request, 'mcp-session-id') !== undefined;
}

function refuseEra(response: ServerResponse, message: Message | undefined, supported: readonly string[]): void {
  const error = {
    code: codes.unsupportedVersion,
    message: `This server is open to protocol ${supported.join(', ')} alone`,
    data: { supported },
  };
  refuse(response, 400, error, idOf(message));
}

function idOf(message: Message | undefined): string | number | undefined {
  return message?.kind === 'request' ? message.id : undefined;
}

/** The proxy sends no Origin; a page in a browser cannot help sending one (DNS rebinding). */
function isLoopback(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  const { hostname } = URL.parse(origin) ?? { hostname: '' };
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
