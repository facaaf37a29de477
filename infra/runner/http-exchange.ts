import type { IncomingMessage, ServerResponse } from 'node:http';
import { codes, errorText, type RequestId, type RpcError } from '../../lib/upstream/json-rpc.ts';
import { drainingHeader } from '../../lib/upstream/ports.ts';

/** What API Gateway lets through, and some. */
const bodyBytes = 10 * 1024 * 1024;

export class BodyTooLarge extends Error {}

/** @throws {@link BodyTooLarge} past 10 MB. */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= bodyBytes) chunks.push(chunk);
        else reject(new BodyTooLarge());
      })
      .once('error', reject)
      .once('end', () => {
        const [first] = chunks;
        resolve((chunks.length === 1 && first ? first : Buffer.concat(chunks)).toString('utf8'));
      });
  });
}

/** What the client takes; clients that say nothing, or anything, take both. */
export function readAccept(request: IncomingMessage): { readonly json: boolean; readonly stream: boolean } {
  const accept = request.headers.accept ?? '*/*';
  const any = accept.includes('*/*');
  return { json: any || /application\/(json|\*)/.test(accept), stream: any || /text\/(event-stream|\*)/.test(accept) };
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Answers with a JSON-RPC error. */
export function refuse(response: ServerResponse, status: number, error: RpcError, id?: RequestId | null): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(errorText(id, error));
}

/** The server cannot answer now. Clients may come back. */
export function refuseForNow(response: ServerResponse, why: string, id?: RequestId | null): void {
  response.setHeader('retry-after', '2');
  refuse(response, 503, { code: codes.serverDown, message: why }, id);
}

/** The replica is about to end: the proxy finds another one for what it surely has not begun, over a connection of its own. */
export function refuseAtEnd(response: ServerResponse, id?: RequestId | null): void {
  response.setHeader(drainingHeader, '1');
  refuseForNow(response, 'This replica is about to end', id);
}
