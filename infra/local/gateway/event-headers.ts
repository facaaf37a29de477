import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isHopByHop } from './hop-by-hop.ts';

export interface EventHeaders {
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
}

/**
 * A request's headers as an event carries them: names in the client's own case, the last value of a repeated one in `headers`, all of them
 * in `multiValueHeaders`, with what API Gateway adds.
 */
export function eventHeaders(request: IncomingMessage): EventHeaders {
  const { rawHeaders } = request;
  // Without a prototype, so that a header called __proto__ is a header.
  const headers: Record<string, string> = Object.create(null);
  const multiValueHeaders: Record<string, string[]> = Object.create(null);
  const spelling = new Map<string, string>();
  const put = (name: string, lower: string, value: string): void => {
    const known = spelling.get(lower);
    if (known === undefined) {
      spelling.set(lower, name);
      headers[name] = value;
      multiValueHeaders[name] = [value];
    } else {
      headers[known] = value;
      multiValueHeaders[known]?.push(value);
    }
  };
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (isHopByHop(lower) || set.has(lower)) continue;
    put(name, lower, rawHeaders[index + 1] ?? '');
  }
  put('X-Forwarded-For', 'x-forwarded-for', forwardedFor(request));
  put('X-Forwarded-Port', 'x-forwarded-port', String(request.socket.localPort ?? ''));
  put('X-Forwarded-Proto', 'x-forwarded-proto', 'http');
  if (!spelling.has('x-amzn-trace-id')) put('X-Amzn-Trace-Id', 'x-amzn-trace-id', traceId());
  return { headers, multiValueHeaders };
}

/** Written by the gateway, whatever the client sent. */
const set = new Set(['x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto', 'content-length', 'expect']);

/** The address at the other end of the connection; what a client claims of itself does not count. */
export function sourceIp({ socket }: IncomingMessage): string {
  const address = socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

function forwardedFor(request: IncomingMessage): string {
  const claimed = request.headers['x-forwarded-for'];
  const own = sourceIp(request);
  return claimed === undefined ? own : `${String(claimed)}, ${own}`;
}

function traceId(): string {
  return `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomUUID().replaceAll('-', '').slice(0, 24)}`;
}
