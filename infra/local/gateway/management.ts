import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refuseStranger, sendRefusal } from '../guard/guard-service.ts';
import type { Credentials } from '../guard/verify-signature.ts';
import type { Connections } from './connections.ts';
import { maxMessageBytes } from './limits.ts';

export interface ManagementApi {
  /** What a client of the API takes as its endpoint. */
  readonly url: string;
  stop(): Promise<void>;
}

type Reply = readonly [status: number, errorType: string | undefined, body: object | undefined];

const gone: Reply = [410, 'GoneException', { message: 'Gone' }];
const tooLarge: Reply = [413, 'PayloadTooLargeException', { message: 'Message too long' }];

/**
 * API Gateway's management API: POST, GET and DELETE on `/@connections/{id}`, on a port of its own. Like the one on AWS it demands a signature.
 */
export async function startManagement(connections: Connections, credentials: Credentials): Promise<ManagementApi> {
  const server = createServer((request, response) => {
    const refusal = refuseStranger(request, credentials);
    if (refusal !== undefined) return sendRefusal(response, refusal);
    answer(connections, request).then(
      (reply) => send(response, reply),
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(connections: Connections, request: IncomingMessage): Promise<Reply> {
  const connection = connections.get(readId(request.url ?? '') ?? '');
  const message = await readMessage(request);
  if (connection === undefined || !connection.isOpen) return gone;
  switch (request.method ?? '') {
    case 'POST':
      if (message === undefined) return tooLarge;
      if (connection.send(message)) return [200, undefined, undefined];
      return [429, 'LimitExceededException', { message: 'The client does not take what it is sent' }];
    case 'GET':
      return [
        200,
        undefined,
        { connectedAt: connection.connectedAt, identity: connection.identity, lastActiveAt: connection.lastActiveAt },
      ];
    case 'DELETE':
      connection.close(1000, 'Connection Closed Normally');
      return [204, undefined, undefined];
    default:
      return [403, 'ForbiddenException', { message: 'Forbidden' }];
  }
}

/** A stage may stand before it, as in the URLs of AWS. */
function readId(url: string): string | undefined {
  const [, raw] = /^(?:\/[\w-]+)?\/@connections\/([^/?]+)/.exec(url) ?? [];
  return raw === undefined || /%(?![0-9a-f]{2})/i.test(raw) ? undefined : unescape(raw);
}

function unescape(raw: string): string {
  return raw.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Undefined when it is over the limit. */
async function readMessage(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= maxMessageBytes) chunks.push(chunk);
  }
  return bytes > maxMessageBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, [status, errorType, body]: Reply): void {
  const headers = {
    'content-type': 'application/json',
    ...(errorType !== undefined && { 'x-amzn-errortype': errorType }),
  };
  response.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body));
}
