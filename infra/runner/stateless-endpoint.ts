import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RunOptions } from '../../lib/deployments/runner-contract.ts';
import {
  codes,
  errorText,
  isObject,
  type Message,
  notificationText,
  type Params,
  progressTokenOf,
  type Request,
  resultText,
} from '../../lib/upstream/json-rpc.ts';
import type { CallerPeer, CallerPeers } from './caller-peers.ts';
import { EventStream } from './event-stream.ts';
import { HeldCalls, type Outcome } from './held-calls.ts';
import { readAccept, refuse, refuseForNow } from './http-exchange.ts';
import type { Handshake } from '../../lib/upstream/server-answers.ts';
import type { ServerFacts } from './peer.ts';
import { callerOf } from './session-endpoint.ts';
import {
  capabilitiesOf,
  checkRequest,
  metaKeys,
  sessionProtocols,
  statelessProtocol,
  withoutEnvelope,
} from '../../lib/upstream/stateless-request.ts';
import { answerText, finished } from '../../lib/upstream/stateless-result.ts';
import { listen } from './subscriptions.ts';
import type { Supervisor } from './supervisor.ts';

interface StatelessServer {
  readonly supervisor: Supervisor;
  readonly callers: CallerPeers;
  readonly options: RunOptions;
  readonly startMs: number;
  readonly replicaId: string;
}

const forwarded = new Set([
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
]);
/** Errors of a server that this revision gives a status of their own. */
const statuses: Readonly<Record<number, number>> = {
  [codes.methodNotFound]: 404,
  [codes.missingCapability]: 400,
};

/** Requests in the middle of which a server may ask for input. */
const askingMethods = new Set(['tools/call', 'prompts/get', 'resources/read']);

/**
 * Protocol 2026-07-28 in front of a server that speaks the ones with a handshake: each request stands alone. Callers share one process, unless the
 * deployment wants one for each of them; a request whose client offers elicitation, sampling or roots gets a process of that caller's own, so that
 * what the server asks concerns nobody else.
 */
export function statelessEndpoint(server: StatelessServer) {
  const { supervisor, callers, options, startMs } = server;
  const held = new HeldCalls(server.replicaId);

  const take = async (caller: string, capabilities: Params): Promise<CallerPeer | undefined> => {
    const asking = Object.keys(capabilities).length > 0;
    if (asking || options.process_per === 'caller') {
      const taken = await callers.take(caller, capabilities);
      // A call whose client has not come back with its input makes room.
      return taken ?? (held.giveUpOldest() ? callers.take(caller, capabilities) : undefined);
    }
    const peer = await supervisor.peerWithin(startMs);
    const { facts } = supervisor;
    return peer && facts && { peer, facts, release: () => undefined };
  };

  const forward = async (request: Request, facts: Handshake, incoming: IncomingMessage, response: ServerResponse) => {
    const { id, method, params } = request;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const token = progressTokenOf(params);
    const stream = new EventStream(String(id), false, false);
    const onProgress = (progress: Params): void => {
      if (!stream.connected) stream.attach(response);
      stream.write(notificationText('notifications/progress', { ...progress, progressToken: token }));
    };
    const listensToProgress = token !== undefined && readAccept(incoming).stream;
    const outcome = await run(request, incoming, {
      signal: gone.signal,
      ...(listensToProgress && { onProgress }),
    });
    if (outcome === undefined) {
      refuseForNow(response, 'The MCP server is not ready, or every process of it is at work', id);
      return;
    }
    const { status, text } = written(id, outcome, method, facts);
    if (stream.connected) {
      stream.write(text);
      stream.finish();
    } else sendText(response, status, text);
  };

  const run = async (
    request: Request,
    incoming: IncomingMessage,
    hooks: { readonly signal: AbortSignal; readonly onProgress?: (params: Params) => void },
  ): Promise<Outcome | undefined> => {
    const { method, params } = request;
    const caller = callerOf(incoming);
    if (params['requestState'] !== undefined) return held.resume(params['requestState'], caller, request);
    const capabilities = askingMethods.has(method) ? capabilitiesOf(params) : {};
    const taken = await take(caller, capabilities);
    if (!taken) return undefined;
    const sent = withoutEnvelope(params);
    if (Object.keys(capabilities).length > 0)
      return held.start(taken, caller, request, sent, { ...hooks, capabilities });
    try {
      return { kind: 'answer', answer: await taken.peer.request(method, sent, hooks) };
    } finally {
      taken.release();
    }
  };

  return async (message: Message, incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (message.kind === 'response') {
      refuse(response, 400, { code: codes.invalidRequest, message: 'This protocol has no responses of clients' });
      return;
    }
    if (message.kind === 'notification') {
      response.writeHead(202).end();
      return;
    }
    const problem = checkRequest(message, incoming.headers, supervisor.facts?.tools);
    const { facts } = supervisor;
    if (problem !== undefined) refuse(response, 400, problem, message.id);
    else if (facts === undefined) refuseForNow(response, 'The MCP server is not ready', message.id);
    else if (message.method === 'server/discover') {
      sendText(response, 200, resultText(message.id, finished(discovery(facts, options), message.method, facts)));
    } else if (message.method === 'subscriptions/listen') {
      const peer = await supervisor.peerWithin(startMs);
      if (peer) listen(message, peer, facts, response);
      else refuseForNow(response, 'The MCP server is not ready', message.id);
    } else if (forwarded.has(message.method)) await forward(message, facts, incoming, response);
    else {
      const error = { code: codes.methodNotFound, message: `Method not found: ${message.method}` };
      refuse(response, 404, error, message.id);
    }
  };
}

function discovery({ capabilities, instructions }: ServerFacts, { eras }: RunOptions): Params {
  const offered = ['tools', 'resources', 'prompts', 'completions'].flatMap((name) => {
    const capability = capabilities[name];
    return isObject(capability) ? [[name, capability] as const] : [];
  });
  return {
    supportedVersions: [statelessProtocol, ...(eras.includes('2025-11-25') ? sessionProtocols : [])],
    capabilities: Object.fromEntries(offered),
    ...(instructions === undefined ? {} : { instructions }),
  };
}

function written(
  id: string | number,
  outcome: Outcome,
  method: string,
  facts: Handshake,
): { readonly status: number; readonly text: string } {
  if (outcome.kind === 'invalid') return { status: 400, text: errorText(id, outcome.error) };
  if (outcome.kind === 'input') {
    const { inputRequests, requestState } = outcome;
    const meta = { [metaKeys.serverInfo]: facts.serverInfo };
    return {
      status: 200,
      text: resultText(id, { resultType: 'input_required', inputRequests, requestState, _meta: meta }),
    };
  }
  const { answer } = outcome;
  return {
    status: statuses[answer.error?.code ?? 0] ?? 200,
    text: answerText(id, answer, method, facts),
  };
}

function sendText(response: ServerResponse, status: number, text: string): void {
  if (!response.destroyed) response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
