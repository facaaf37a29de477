import { Problem } from '../kernel/errors/problem.ts';
import type { StreamedAnswer } from '../kernel/lambda/declaration.ts';
import { enterStream } from '../live/enter-within-quota.ts';
import type { Quotas } from '../quotas/quotas.ts';
import { UpstreamFailure } from '../upstream/ports.ts';
import { withComments } from './answer-in-time.ts';
import { forward, type Forwarding, type ForwardServices } from './forward.ts';
import { failures, rpcAnswer } from './rpc.ts';

/** A stream ends itself before its function's time is up; the client resumes by Last-Event-ID. */
const streamMs = 285_000;

/**
 * The server's own messages to a client, as they come; where the operator has switched such streams off, none but the rest of an answer that broke off.
 * @throws Problem `forbidden`, `not-found`; `method-not-allowed` where streams are off; `rate-limit-exceeded` for one stream too many.
 */
export function openStream(
  services: ForwardServices & { readonly quotas: Quotas },
  forwarding: Forwarding,
): Promise<StreamedAnswer> {
  return enterForStream(services, forwarding, async (signal) => {
    const forwarded = await forward(services, { ...forwarding, signal }, { method: 'GET' });
    if ('failure' in forwarded) return rpcAnswer(null, forwarded.failure);
    return { ...forwarded.head, body: withComments(forwarded.answer.body) };
  });
}

/**
 * Opens a stream that counts as one of its caller's and ends before its function's time is up.
 * @throws what `open` throws; Problem as {@link openStream}.
 */
export async function enterForStream(
  { settings, quotas }: ForwardServices & { readonly quotas: Quotas },
  { caller, request, signal }: Pick<Forwarding, 'caller' | 'request' | 'signal'>,
  open: (signal: AbortSignal) => Promise<StreamedAnswer>,
): Promise<StreamedAnswer> {
  if (settings.MCP_LISTEN === 'off' && request.headers['last-event-id'] === undefined) throw notOffered();
  const { leave } = await enterStream(quotas, caller, streamMs);
  try {
    const answer = await open(AbortSignal.any([AbortSignal.timeout(streamMs), signal]));
    if (typeof answer.body !== 'string') return { ...answer, body: untilOver(answer.body, leave) };
    await leave();
    return answer;
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Ends the session at the server. */
export async function endSession(services: ForwardServices, forwarding: Forwarding): Promise<StreamedAnswer> {
  const forwarded = await forward(services, forwarding, { method: 'DELETE' });
  if ('failure' in forwarded && forwarded.failure === failures.ownSession)
    return { status: 204, headers: {}, body: '' };
  if ('failure' in forwarded) return rpcAnswer(null, forwarded.failure);
  return { ...forwarded.head, body: forwarded.answer.body };
}

/** As MCP's transport allows: clients go on without, and servers' requests come on the stream of the call they belong to. */
function notOffered(): Problem {
  return new Problem('method-not-allowed', {
    detail: 'This platform offers no streams for messages of servers. They come on the streams of your requests.',
    headers: { allow: 'POST, DELETE' },
  });
}

/** A stream whose replica ends, or whose time is up, has ended: its client opens another. */
async function* untilOver<T>(body: AsyncIterable<T>, leave: () => Promise<void>): AsyncGenerator<T> {
  try {
    yield* body;
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
  } finally {
    await leave();
  }
}
