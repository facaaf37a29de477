import { lookup as resolve } from 'node:dns';
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { reachOfAddress } from '../../tools/addresses.ts';
import { type Upstream, type UpstreamAnswer, UpstreamFailure, type UpstreamRequest } from '../../upstream/ports.ts';

const connectMs = 5_000;
const defaultRedirects = 3;
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);
const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

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
  const sendTo = (url: URL, request: UpstreamRequest): Promise<UpstreamAnswer> => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // A literal address is never looked up.
    if (request.guarded && isIP(host) !== 0 && !may(host)) return Promise.reject(refusedAddress(host));
    const { http, https } = request.guarded ? agents.guarded : agents.open;
    return exchange(url, request, url.protocol === 'https:' ? https : http);
  };

  return {
    async send(request) {
      let url = new URL(request.url);
      for (let followed = 0; ; followed += 1) {
        const answer = await sendTo(url, request);
        if (answer.status < 300 || answer.status > 399 || answer.status === 304) return answer;
        const next = nextOf(url, request, answer, followed);
        await discard(answer);
        url = next;
      }
    },
  };
}

/** Where a redirect leads. @throws UpstreamFailure `redirected` with the place, when it is not followed. */
function nextOf(
  from: URL,
  { method, maxRedirects = defaultRedirects }: UpstreamRequest,
  { status, headers }: UpstreamAnswer,
  followed: number,
): URL {
  const next = URL.parse(headers['location'] ?? '', from.href);
  const place = next ? `${next.origin}${next.pathname}`.slice(0, 300) : 'nowhere';
  const refuse = (why: string) =>
    new UpstreamFailure('redirected', `The server answered HTTP ${status}, a redirect to ${place}; ${why}`);
  if (maxRedirects === 0) throw refuse('no redirect is followed here');
  if (!next || next.origin !== from.origin) throw refuse('only redirects within the same origin are followed');
  if (method === 'POST' && status !== 307 && status !== 308)
    throw refuse('a POST is repeated for status 307 and 308 alone');
  if (followed >= maxRedirects) throw refuse(`${maxRedirects} redirects were followed already`);
  return next;
}

async function discard({ body }: UpstreamAnswer): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > 65_536) return;
  }
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
  const { method, headers, body, headTimeoutMs, totalTimeoutMs, signal } = request;
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortedBy(signal));
    const outgoing = send(url, {
      method,
      agent,
      headers: {
        'user-agent': 'mcp-platform/1.0',
        'accept-encoding': 'identity',
        ...headers,
        ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      },
    });
    ownErrors(outgoing);
    const timeout = (ms: number, what: string) =>
      setTimeout(() => outgoing.destroy(new UpstreamFailure('timeout', `${what} took longer than ${ms} ms`)), ms);
    const head = timeout(headTimeoutMs, 'The answer');
    let answer: IncomingMessage | undefined;
    const end =
      totalTimeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            const late = new UpstreamFailure('timeout', `The answer took longer than ${totalTimeoutMs} ms`);
            (answer ?? outgoing).destroy(late);
          }, totalTimeoutMs).unref();
    const abort = () => outgoing.destroy(abortedBy(signal));
    signal?.addEventListener('abort', abort, { once: true });
    outgoing.once('close', () => {
      clearTimeout(end);
      signal?.removeEventListener('abort', abort);
    });
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
      answer = incoming;
      incoming.on('error', ignore);
      resolve({
        status: incoming.statusCode ?? 502,
        headers: headersOf(incoming),
        body: bodyOf(incoming, signal),
      });
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

/*
 * An abort that meets a socket just as its answer ends and it goes back to the agent finds it without any listener, which would end the process: a socket of
 * ours keeps one for its whole life.
 */
function ownErrors(outgoing: ClientRequest): void {
  outgoing.on('socket', (socket) => {
    if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
  });
}

function ignore(): void {
  // Whoever reads the answer sees the error there.
}

async function* bodyOf(incoming: IncomingMessage, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const decoder = decoders[incoming.headers['content-encoding']?.trim().toLowerCase() ?? '']?.();
  try {
    if (!decoder) {
      yield* incoming as AsyncIterable<Uint8Array>;
      return;
    }
    incoming.on('error', (error) => (decoder as unknown as { destroy(error: Error): void }).destroy(error));
    yield* incoming.pipe(decoder) as unknown as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (error instanceof UpstreamFailure) throw error;
    throw signal?.aborted ? abortedBy(signal) : new UpstreamFailure('broken', 'The connection broke', error);
  } finally {
    incoming.destroy();
  }
}

function abortedBy(signal: AbortSignal | undefined): UpstreamFailure {
  const cause: unknown = signal?.reason;
  if (cause instanceof UpstreamFailure) return cause;
  const late = cause instanceof Error && cause.name === 'TimeoutError';
  return late
    ? new UpstreamFailure('timeout', 'The server did not answer in time', cause)
    : new UpstreamFailure('broken', 'The request was given up', cause);
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
