import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventStream } from './event-stream.ts';
import { readAccept, refuse, refuseForNow } from './http-exchange.ts';
import {
  codes,
  errorText,
  isId,
  isObject,
  type Message,
  notificationText,
  type Params,
  progressTokenOf,
  resultText,
  type RpcError,
} from './json-rpc.ts';
import type { Answer, Peer, ServerFacts } from './peer.ts';
import { sessionProtocols } from './session-endpoint.ts';
import { checkRequest, metaKeys, statelessProtocol } from './stateless-request.ts';

type Request = Extract<Message, { kind: 'request' }>;

export interface StatelessServer {
  readonly facts: ServerFacts | undefined;
  /** The connection to the server while it is ready. */
  readonly peer: Peer | undefined;
}

const FORWARDED = new Set([
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
]);
/** Answers that a client may keep; for no time, since the server behind cannot say for how long. */
const CACHEABLE = new Set([
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
]);
const RESOURCE_NOT_FOUND_BEFORE = -32002;

/**
 * Protocol 2026-07-28 in front of a server that speaks the ones with a handshake: each request stands alone and goes
 * to the one process that all stateless callers share. What this revision dropped, and what a shared process cannot
 * tell apart (log lines, requests to the client), stays out.
 */
export function statelessEndpoint(server: StatelessServer) {
  return async (message: Message, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (message.kind === 'response') {
      refuse(response, 400, { code: codes.invalidRequest, message: 'This protocol has no responses of clients' });
      return;
    }
    if (message.kind === 'notification') {
      response.writeHead(202).end();
      return;
    }
    const problem = checkRequest(message, request.headers);
    if (problem !== undefined) {
      refuse(response, 400, problem, message.id);
      return;
    }
    const { facts, peer } = server;
    if (facts === undefined || peer === undefined) {
      refuseForNow(response, 'The MCP server is not ready', message.id);
      return;
    }
    if (message.method === 'server/discover') {
      sendText(response, 200, resultText(message.id, finished(discovery(facts), facts, 'server/discover')));
    } else if (FORWARDED.has(message.method)) {
      await forward(message, peer, facts, request, response);
    } else {
      const error = { code: codes.methodNotFound, message: `Method not found: ${message.method}` };
      refuse(response, 404, error, message.id);
    }
  };
}

function discovery({ capabilities, instructions }: ServerFacts): Params {
  const { tools, resources, prompts, completions } = capabilities;
  return {
    supportedVersions: [statelessProtocol, ...sessionProtocols],
    // Without `listChanged` and `subscribe`: a change is told to sessions alone.
    capabilities: {
      ...(isObject(tools) ? { tools: {} } : {}),
      ...(isObject(resources) ? { resources: {} } : {}),
      ...(isObject(prompts) ? { prompts: {} } : {}),
      ...(isObject(completions) ? { completions: {} } : {}),
    },
    ...(instructions === undefined ? {} : { instructions }),
    ttlMs: 0,
    cacheScope: 'private',
  };
}

async function forward(
  { id, method, params }: Request,
  peer: Peer,
  facts: ServerFacts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const token = progressTokenOf(params);
  const stream = new EventStream(String(id), false, false);
  const { stream: takesStream } = readAccept(request);
  const onProgress = (progress: Params): void => {
    if (!stream.connected) stream.attach(response);
    stream.write(notificationText('notifications/progress', { ...progress, progressToken: token }));
  };
  const answer = await peer.request(method, withoutEnvelope(params), {
    signal: gone.signal,
    ...(isId(token) && takesStream ? { onProgress } : {}),
  });
  const text =
    answer.result === undefined
      ? errorText(id, modernError(answer))
      : resultText(id, finished(answer.result, facts, method));
  if (stream.connected) {
    stream.write(text);
    stream.finish();
  } else sendText(response, answer.error?.code === codes.methodNotFound ? 404 : 200, text);
}

/** What every result of this revision carries. */
function finished(result: Params, { serverInfo }: ServerFacts, method: string): Params {
  const meta = isObject(result['_meta']) ? result['_meta'] : {};
  return {
    ...(CACHEABLE.has(method) ? { ttlMs: 0, cacheScope: 'private' } : {}),
    ...result,
    resultType: 'complete',
    _meta: { ...meta, [metaKeys.serverInfo]: serverInfo },
  };
}

function modernError({ error }: Answer): RpcError {
  if (error === undefined) return { code: codes.internal, message: 'The server gave no answer' };
  return error.code === RESOURCE_NOT_FOUND_BEFORE ? { ...error, code: codes.invalidParams } : error;
}

/** Earlier revisions know nothing of the envelope, and progress goes under the runner's own token. */
function withoutEnvelope(params: Params): Params {
  const { _meta: meta, ...rest } = params;
  if (!isObject(meta)) return rest;
  const kept = Object.entries(meta).filter(
    ([key]) => key !== 'progressToken' && !key.startsWith('io.modelcontextprotocol/'),
  );
  return kept.length === 0 ? rest : { ...rest, _meta: Object.fromEntries(kept) };
}

function sendText(response: ServerResponse, status: number, text: string): void {
  if (!response.destroyed) response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
