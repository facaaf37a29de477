import type { StreamedAnswer } from '../kernel/lambda/declaration.ts';
import { heldCallPattern } from '../deployments/runner-contract.ts';
import { maxMessageBytes } from '../upstream/json-rpc.ts';
import { UpstreamFailure } from '../upstream/ports.ts';
import { isEventStream } from '../upstream/read-messages.ts';
import { answerInOwnSession, answerWithoutAccount } from './account/own-session.ts';
import { withComments } from './answer-in-time.ts';
import { failureOf, forward, type Forwarded, type Forwarding, type ForwardServices } from './forward.ts';
import { observer, type Outcome } from './observe.ts';
import { letsThrough } from './key-reach.ts';
import { failures, type Posted, readPosted, rpcAnswer, rpcError } from './rpc.ts';
import { reportCalls } from './report-call.ts';
import { encryptSession } from './session-id.ts';

/** Of a stream of events: each message has its own limit, this is for all that one answer may say. */
const maxStreamBytes = 8 * maxMessageBytes;
/** A function lives 15 minutes: before that is the time to say that a call takes too long. */
const callMs = 870_000;

/**
 * Passes a client's message to the server and the answer back as it comes, chunk by chunk.
 * @throws Problem `forbidden`, `not-found`.
 */
export async function postMessage(
  services: ForwardServices,
  forwarding: Forwarding,
  body: string,
): Promise<StreamedAnswer> {
  const startedAt = performance.now();
  const posted = readPosted(body);
  if (!posted) return rpcAnswer(null, failures.notJson);
  if (posted === 'too-many') return rpcAnswer(null, failures.tooMany);
  if (!posted.requests.every((request) => letsThrough(forwarding.caller, forwarding.slug, request)))
    return rpcAnswer(posted.id, failures.heldToOthers);
  const sent = { method: 'POST', body, totalTimeoutMs: callMs } as const;
  const forwarded = await forward(services, forwarding, sent, holderOf(posted));
  const report = (outcomes: readonly Outcome[], bytesOut: number): void => {
    const { deployment } = forwarded.replica ?? {};
    if (!deployment) return;
    const ms = performance.now() - startedAt;
    const share = 1 / Math.max(1, posted.requests.length);
    const sizes = { ms, bytesIn: Math.round(body.length * share), bytesOut: Math.round(bytesOut * share) };
    const calls = posted.requests.map(({ method, tool }, index) => {
      const outcome = outcomes[index] ?? { status: 'error', errorCode: undefined };
      return { method, tool, ...sizes, ...outcome };
    });
    reportCalls(forwarding.log, deployment, calls);
  };
  if ('failure' in forwarded) {
    const { failure, needed, replica, session } = forwarded;
    if (failure === failures.ownSession && session) return answerInOwnSession(services, forwarding, session, body);
    report(
      posted.requests.map(() => ({ status: 'error', errorCode: failure.errorCode })),
      0,
    );
    if (needed && replica) return answerWithoutAccount(services, { ...forwarding, session }, body, replica, needed);
    return rpcAnswer(posted.id, failure);
  }
  const { status, headers } = forwarded.head;
  const sessionId = await sessionIdFor(services, forwarding, forwarded, posted);
  return {
    status,
    headers: { ...headers, ...(sessionId !== undefined && { 'mcp-session-id': sessionId }) },
    body: passOn(forwarded, posted, report),
  };
}

/** The answer to `initialize` alone names the session; from then on the client's id stays as it is. */
async function sessionIdFor(
  { encryptor }: ForwardServices,
  { caller }: Forwarding,
  { replica, answer }: Forwarded,
  { requests, params }: Posted,
): Promise<string | undefined> {
  const upstreamId = answer.headers['mcp-session-id'];
  if (upstreamId === undefined || requests[0]?.method !== 'initialize') return undefined;
  const { id: replicaId, deployment } = replica;
  return encryptSession(encryptor, caller, deployment.toolId, { replicaId, upstreamId, initialize: params });
}

/** The replica that holds a call for which its client brings the input that was asked for. */
function holderOf({ params: { requestState } }: Posted): string | undefined {
  return typeof requestState === 'string' ? heldCallPattern.exec(requestState)?.groups?.['replica'] : undefined;
}

async function* passOn(
  { answer, head }: Forwarded,
  { requests }: Posted,
  report: (outcomes: readonly Outcome[], bytes: number) => void,
): AsyncGenerator<Uint8Array | string> {
  const contentType = head.headers['content-type'];
  const isStream = isEventStream(contentType);
  const watch = observer(requests, contentType ?? '', head.status);
  const limit = isStream ? maxStreamBytes : maxMessageBytes;
  let unseen: Outcome | undefined = { status: 'error', errorCode: 'CLIENT_CLOSED' };
  try {
    for await (const chunk of isStream ? withComments(answer.body) : answer.body) {
      watch.see(chunk);
      if (watch.bytes > limit) throw new UpstreamFailure('too-large', `The answer is larger than ${limit} bytes`);
      yield chunk;
    }
    unseen = undefined;
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    const failure = failureOf(error);
    unseen = { status: 'error', errorCode: failure.errorCode };
    // In a stream of events there is still a way to say so.
    if (!isStream) throw error;
    for (const id of watch.unanswered()) yield `\n\nevent: message\ndata: ${rpcError(id, failure)}\n\n`;
  } finally {
    report(watch.end(unseen), watch.bytes);
  }
}
