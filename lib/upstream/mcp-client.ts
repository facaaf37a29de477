import { notificationText, type Params, readServerMessage, refusalText, requestText } from './json-rpc.ts';
import { drainingHeader, type Upstream, type UpstreamAnswer, UpstreamFailure } from './ports.ts';
import { readMessages } from './read-messages.ts';
import {
  type Handshake,
  listAll,
  listOffers,
  type McpCallResult,
  type McpTool,
  newestSessionProtocol,
  type Offers,
  readCallResult,
  readDiscovery,
  readHandshake,
  readTools,
} from './server-answers.ts';
import { headerText, metaKeys, statelessProtocol } from './stateless-request.ts';

/** A server's Streamable HTTP endpoint. */
export interface McpEndpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly guarded: boolean;
}

/** The server answered a request with a JSON-RPC error. */
export class McpError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'McpError';
    this.code = code;
  }
}

const clientInfo = { name: 'mcp-platform', version: '1.0.0' };
const envelope = {
  [metaKeys.protocolVersion]: statelessProtocol,
  [metaKeys.clientInfo]: clientInfo,
  [metaKeys.clientCapabilities]: {},
};
/** What is beside the tools is not worth waiting for. */
const offersMs = 5_000;

export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Called for each `notifications/progress` of the call. */
  readonly onProgress?: (params: Params) => void;
}

export interface McpConnection {
  readonly server: Handshake;
  /** All pages of the server's tools; none when it offers no tools. */
  listTools(): Promise<McpTool[]>;
  /** Prompts, resources and their templates. */
  listOffers(): Promise<Offers>;
  /** Any request; answers its result as it came. */
  request(method: string, params: Params, options: CallOptions): Promise<unknown>;
  callTool(name: string, args: Params, options: CallOptions): Promise<McpCallResult>;
  /** Ends the session; a server that does not care is no error. */
  close(): Promise<void>;
}

/**
 * Opens a session as MCP's client does (protocol 2025-11-25; 2026-07-28, which has none, where a server knows no other), for what the platform itself
 * asks of a server. What the server asks in turn is
 * answered: `ping` with a pong, anything else with -32601, for the platform has no user to ask.
 * A request that fails with `unsent` reached no server, so all of it may be done again with another replica; one that fails with `session-over`, in another session.
 * @throws UpstreamFailure; {@link McpError}.
 */
export async function connectMcp(upstream: Upstream, endpoint: McpEndpoint, timeoutMs: number): Promise<McpConnection> {
  let sessionId: string | undefined;
  let agreedVersion: string | undefined;
  let nextId = 0;
  const isStateless = () => agreedVersion === statelessProtocol;
  const headersNow = () => ({
    ...endpoint.headers,
    ...(agreedVersion !== undefined && { 'mcp-protocol-version': agreedVersion }),
    ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
  });
  const post = (
    body: string,
    ms: number,
    signal: AbortSignal = AbortSignal.timeout(ms),
    headers: Readonly<Record<string, string>> = {},
  ): Promise<UpstreamAnswer> =>
    upstream.send({
      url: endpoint.url,
      method: 'POST',
      headers: {
        ...headersNow(),
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body,
      guarded: endpoint.guarded,
      headTimeoutMs: ms,
      signal,
    });
  const reply = async (id: string | number, method: string): Promise<void> => {
    try {
      await drain(await post(refusalText(id, method), timeoutMs));
    } catch (error) {
      // The request in which the server asked is under way, whatever became of the answer.
      throw new UpstreamFailure('broken', 'The connection broke', error);
    }
  };
  const ask = async (method: string, params: Params, options: Partial<CallOptions> = {}): Promise<unknown> => {
    const id = (nextId += 1);
    const ms = options.timeoutMs ?? timeoutMs;
    const time = AbortSignal.timeout(ms);
    const signal = options.signal ? AbortSignal.any([time, options.signal]) : time;
    const meta = { ...(isStateless() && envelope), ...(options.onProgress && { progressToken: id }) };
    const sent = Object.keys(meta).length > 0 ? { ...params, _meta: meta } : params;
    // The server gets to know that nobody waits any more; a connection that closes does not say so.
    const cancel = () => void post(cancellationText(id), timeoutMs).then(drain, () => undefined);
    options.signal?.addEventListener('abort', cancel, { once: true });
    const headers = isStateless() ? mirroredHeaders(method, params) : {};
    const answer = await post(requestText(id, method, sent), ms, signal, headers);
    if (answer.headers[drainingHeader] !== undefined && !endpoint.guarded) {
      await drain(answer);
      throw new UpstreamFailure('unsent', 'The replica is about to end');
    }
    if (answer.status === 404 && sessionId !== undefined) {
      await drain(answer);
      throw new UpstreamFailure('session-over', 'The server answered HTTP 404: it knows its session no more');
    }
    sessionId ??= answer.headers['mcp-session-id'];
    try {
      return await resultOf(answer, id, { reply, onProgress: options.onProgress });
    } finally {
      options.signal?.removeEventListener('abort', cancel);
    }
  };

  const initialize = async (): Promise<Handshake> => {
    const met = await readAs(readHandshake, () =>
      ask('initialize', { protocolVersion: newestSessionProtocol, capabilities: {}, clientInfo }),
    );
    agreedVersion = met.protocolVersion;
    await drain(await post(notificationText('notifications/initialized'), timeoutMs));
    return met;
  };
  const discover = async (refusal: unknown): Promise<Handshake> => {
    const isAnswered = refusal instanceof McpError || (refusal instanceof UpstreamFailure && refusal.kind === 'broken');
    if (!isAnswered) throw refusal;
    agreedVersion = statelessProtocol;
    try {
      return await readAs(readDiscovery, () => ask('server/discover', {}));
    } catch (error) {
      // It speaks this revision, to whom it knows.
      if (error instanceof UpstreamFailure && error.kind === 'refused') throw error;
      // It speaks neither; what it said first is what its deployer knows the server by.
      throw refusal;
    }
  };
  // Most servers know the handshake; those of revision 2026-07-28 alone refuse it.
  const server = await initialize().catch(discover);
  return {
    server,
    listTools: () =>
      'tools' in server.capabilities
        ? readAs(readTools, () => listAll('tools/list', 'tools', (params) => ask('tools/list', params)))
        : Promise.resolve([]),
    listOffers: () => listOffers(server.capabilities, (method, params) => ask(method, params, { timeoutMs: offersMs })),
    request: ask,
    callTool: (name, args, options) =>
      readAs(readCallResult, () => ask('tools/call', { name, arguments: args }, options)),
    async close() {
      if (sessionId === undefined) return;
      const { url, guarded } = endpoint;
      const ending = upstream.send({ url, method: 'DELETE', headers: headersNow(), guarded, headTimeoutMs: 2_000 });
      await ending.then(drain).catch((error: unknown) => {
        if (!(error instanceof UpstreamFailure)) throw error;
      });
    },
  };
}

/** What revision 2026-07-28 wants to see without reading the body. */
function mirroredHeaders(method: string, { name, uri }: Params): Record<string, string> {
  const subject = name ?? uri;
  return { 'mcp-method': method, ...(typeof subject === 'string' && { 'mcp-name': headerText(subject) }) };
}

function cancellationText(requestId: number): string {
  return notificationText('notifications/cancelled', { requestId, reason: 'the caller gave the call up' });
}

/** Whatever is wrong with what a server answered is the server's fault. */
async function readAs<A, T>(read: (answer: A) => T, ask: () => Promise<A>): Promise<T> {
  try {
    return read(await ask());
  } catch (error) {
    if (error instanceof UpstreamFailure || error instanceof McpError) throw error;
    throw new UpstreamFailure('broken', `The server does not speak MCP: ${(error as Error).message}`, error);
  }
}

interface Peer {
  readonly reply: (id: string | number, method: string) => Promise<void>;
  readonly onProgress: ((params: Params) => void) | undefined;
}

async function resultOf(answer: UpstreamAnswer, id: number, { reply, onProgress }: Peer): Promise<unknown> {
  if (answer.status === 401 || answer.status === 403) {
    await drain(answer);
    throw new UpstreamFailure('refused', `The server answered HTTP ${answer.status}: it refuses the credentials`);
  }
  if (answer.status !== 200) {
    await drain(answer);
    throw new UpstreamFailure('broken', `The server answered HTTP ${answer.status}`);
  }
  for await (const value of readMessages(answer)) {
    const message = readServerMessage(value)?.message;
    if (message?.kind === 'request') await reply(message.id, message.method);
    if (message?.kind === 'notification' && message.method === 'notifications/progress') onProgress?.(message.params);
    if (message?.kind !== 'response' || (message.id !== id && message.id !== null)) continue;
    if (message.error) throw new McpError(message.error.code, message.error.message);
    return message.result;
  }
  throw new UpstreamFailure('broken', 'The server ended its answer without a result');
}

/** Reads what nobody wants; a server that never ends it is left after 64 KB or a second. */
async function drain({ body }: UpstreamAnswer): Promise<void> {
  const deadline = performance.now() + 1_000;
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > 65_536 || performance.now() > deadline) return;
  }
}
