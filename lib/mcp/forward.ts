import type { Caller } from '../kernel/http/caller.ts';
import type { RequestFacts, StreamedAnswer } from '../kernel/lambda/declaration.ts';
import type { Log } from '../kernel/log/log.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { type Upstream, type UpstreamAnswer, UpstreamFailure, type UpstreamRequest } from '../upstream/ports.ts';
import { findReplica, findServer, replicaAt, type ServerReplica, type ServerServices } from './find-server.ts';
import { assertKnownOrigin } from './origin.ts';
import { failures, type ReadMessage, rpcAnswer, type RpcFailure } from './rpc.ts';
import { openSession, encryptSession } from './session-id.ts';
import { reportCall } from './report-call.ts';

export interface ForwardServices extends ServerServices {
  readonly upstream: Upstream;
  readonly settings: BaseSettings;
}

/** What a client sent, and whom to. */
export interface Forwarding {
  readonly caller: Caller;
  readonly slug: string;
  readonly request: RequestFacts;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** An answer from the server, and where it came from. */
export interface Forwarded {
  readonly replica: ServerReplica;
  readonly answer: UpstreamAnswer;
}

/** A stream that says nothing for five minutes is cut by the gateway: before that is the time to say that there was no answer. */
const headTimeoutMs = 285_000;
const maxTries = 3;
const nobody: ReadMessage = { id: null, method: undefined, tool: undefined };

/**
 * Sends a request on to a replica: to its session's, or to any. What shows that it surely arrived nowhere is tried with another.
 * @returns the server's answer, or ours when there is none.
 * @throws Problem `forbidden`, `not-found`.
 */
export async function forward(
  services: ForwardServices,
  { caller, slug, request, signal, log }: Forwarding,
  sent: Pick<UpstreamRequest, 'method' | 'body'>,
  message: ReadMessage = nobody,
): Promise<Forwarded | StreamedAnswer> {
  assertKnownOrigin(request, services.settings);
  const sessionId = request.headers['mcp-session-id'];
  const tried = new Set<string>();
  const startedAt = performance.now();
  const failed = (failure: RpcFailure, { deployment }: ServerReplica): StreamedAnswer => {
    const { id, method, tool } = message;
    const ms = performance.now() - startedAt;
    if (id !== null && method !== undefined)
      reportCall(log, deployment, { method, tool, status: 'error', errorCode: failure.errorCode, ms });
    return rpcAnswer(id, failure);
  };
  for (;;) {
    const place =
      sessionId === undefined
        ? { replica: await findReplica(services, caller, slug, tried), upstreamId: undefined }
        : await findSession(services, caller, slug, sessionId);
    if (!place) return rpcAnswer(message.id, failures.noSession);
    const { replica, upstreamId } = place;
    if (!replica) return rpcAnswer(message.id, failures.unavailable);
    try {
      const answer = await services.upstream.send({
        ...sent,
        url: replica.endpoint.url,
        headers: { ...passedOn(request, upstreamId), ...replica.endpoint.headers },
        guarded: replica.endpoint.guarded,
        headTimeoutMs,
        signal,
      });
      if (answer.status === 401 || answer.status === 403) return failed(failures.refused, replica);
      return { replica, answer };
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      tried.add(replica.id);
      if (error.kind !== 'unsent')
        return failed(error.kind === 'timeout' ? failures.timeout : failures.broken, replica);
      // Its process is gone, and the session with it: the client is to open another.
      if (sessionId !== undefined) return rpcAnswer(message.id, failures.noSession);
      if (replica.endpoint.guarded || tried.size >= maxTries) return failed(failures.unavailable, replica);
    }
  }
}

async function findSession(services: ForwardServices, caller: Caller, slug: string, sessionId: string) {
  for (const fresh of [false, true]) {
    const { deployment, ready } = await findServer(services, caller, slug, { fresh });
    const session = await openSession(services.encryptor, caller, deployment.id, sessionId);
    const replica = session && ready.find(({ id }) => id === session.replicaId);
    if (replica)
      return { replica: await replicaAt(services.encryptor, deployment, replica), upstreamId: session.upstreamId };
  }
  return undefined;
}

const passed = /^(accept|content-type|last-event-id|mcp-(?!session-id$)[a-z0-9-]+|traceparent|tracestate|baggage)$/;

/** The client's headers that concern the server: credentials and cookies are not among them. */
function passedOn({ headers, requestId }: RequestFacts, upstreamId: string | undefined): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => passed.test(name))),
    'x-request-id': requestId,
    ...(upstreamId !== undefined && { 'mcp-session-id': upstreamId }),
  };
}

/** The head of the server's answer, as the client gets it: with a session id that is good for this caller alone. */
export async function headFor(
  { encryptor }: ForwardServices,
  { caller }: Forwarding,
  { replica, answer }: Forwarded,
): Promise<Pick<StreamedAnswer, 'status' | 'headers'>> {
  const upstreamId = answer.headers['mcp-session-id'];
  const sessionId =
    upstreamId &&
    (await encryptSession(encryptor, caller, replica.deployment.id, { replicaId: replica.id, upstreamId }));
  const kept = ['content-type', 'retry-after', 'allow', 'mcp-protocol-version'].flatMap((name) =>
    answer.headers[name] === undefined ? [] : [[name, answer.headers[name]]],
  );
  return {
    status: answer.status,
    headers: {
      ...(Object.fromEntries(kept) as Record<string, string>),
      ...(sessionId && { 'mcp-session-id': sessionId }),
      'x-accel-buffering': 'no',
    },
  };
}
