import { lookup as resolve } from 'node:dns';
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { reachOfAddress } from '../../tools/addresses.ts';
import { type Upstream, type UpstreamAnswer, UpstreamFailure, type UpstreamRequest } from '../../upstream/ports.ts';

const connectMs = 5_000;
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);

/** HTTP by Node's own client: bodies pass as they are, connections are kept, and an address is checked as it is connected to. */
export function openUpstream({ allowPrivate }: { readonly allowPrivate: boolean }): Upstream {
  const may = (address: string): boolean => {
    const reach = reachOfAddress(address);
    return reach === 'public' || (reach === 'private' && allowPrivate);
  };
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const good = addresses.filter(({ address }) => may(address));
      const [first] = good;
      if (!first) return callback(refusedAddress(hostname), '');
      if (options.all === true) return callback(null, good);
      callback(null, first.address, first.family);
    });
  };
  const options = { keepAlive: true, maxSockets: 200, keepAliveMsecs: 5_000, scheduling: 'lifo' as const };
  const agents = {
    // Connections of the two kinds are not mixed: one that was made unchecked must not carry a guarded request.
    open: { http: new HttpAgent(options), https: new HttpsAgent(options) },
    guarded: {
      http: new HttpAgent({ ...options, lookup: guardedLookup }),
      https: new HttpsAgent({ ...options, lookup: guardedLookup }),
    },
  };

  return {
    send: (request) => {
      const url = new URL(request.url);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      // A literal address is never looked up.
      if (request.guarded && isIP(host) !== 0 && !may(host)) return Promise.reject(refusedAddress(host));
      const { http, https } = request.guarded ? agents.guarded : agents.open;
      return exchange(url, request, url.protocol === 'https:' ? https : http);
    },
  };
}

/** Sends once more over a new connection when a kept one turns out to have been closed meanwhile. */
async function exchange(url: URL, request: UpstreamRequest, agent: HttpAgent): Promise<UpstreamAnswer> {
  try {
    return await sendOnce(url, request, agent);
  } catch (error) {
    if (error instanceof StaleConnection && request.method !== 'POST') return sendOnce(url, request, agent);
    throw error;
  }
}

class StaleConnection extends UpstreamFailure {}

function sendOnce(url: URL, request: UpstreamRequest, agent: HttpAgent): Promise<UpstreamAnswer> {
  const { method, headers, body, headTimeoutMs, signal } = request;
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, {
      method,
      agent,
      headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) },
      ...(signal && { signal }),
    });
    const timeout = (ms: number, what: string) =>
      setTimeout(() => outgoing.destroy(new UpstreamFailure('timeout', `${what} took longer than ${ms} ms`)), ms);
    const head = timeout(headTimeoutMs, 'The answer');
    let connecting: NodeJS.Timeout | undefined = timeout(connectMs, 'The connection');
    const connected = () => {
      clearTimeout(connecting);
      connecting = undefined;
    };
    outgoing.once('socket', (socket) => {
      if (outgoing.reusedSocket || !socket.connecting) connected();
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
    });
    outgoing.once('response', (incoming) => {
      clearTimeout(head);
      connected();
      resolve({ status: incoming.statusCode ?? 502, headers: headersOf(incoming), body: incoming });
    });
    outgoing.on('error', (error) => {
      clearTimeout(head);
      const wasConnecting = connecting !== undefined;
      connected();
      reject(failureOf(error, outgoing.reusedSocket, wasConnecting));
    });
    outgoing.end(body);
  });
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const plain = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(plain);
}

function failureOf(error: Error & { code?: string }, reused: boolean, wasConnecting: boolean): UpstreamFailure {
  if (error instanceof UpstreamFailure) {
    return error.kind === 'timeout' && wasConnecting ? new UpstreamFailure('unsent', error.message, error) : error;
  }
  if (reused && error.code === 'ECONNRESET') return new StaleConnection('broken', 'The connection was closed', error);
  if (unsent.has(error.code ?? '')) return new UpstreamFailure('unsent', 'The server cannot be reached', error);
  return new UpstreamFailure('broken', 'The connection broke', error);
}

function refusedAddress(host: string): UpstreamFailure {
  return new UpstreamFailure('refused-address', `${host} leads to an address that the platform does not connect to`);
}
