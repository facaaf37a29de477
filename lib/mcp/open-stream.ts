import type { StreamedAnswer } from '../kernel/lambda/declaration.ts';
import { UpstreamFailure } from '../upstream/ports.ts';
import { forward, type Forwarding, type ForwardServices } from './forward.ts';
import { rpcAnswer } from './rpc.ts';

/** A stream ends itself before the gateway ends it for being quiet; the client resumes by Last-Event-ID. */
const streamMs = 285_000;

/**
 * The server's own messages to a client, as they come.
 * @throws Problem `forbidden`, `not-found`.
 */
export async function openStream(services: ForwardServices, forwarding: Forwarding): Promise<StreamedAnswer> {
  const time = AbortSignal.timeout(streamMs);
  const signal = AbortSignal.any([time, forwarding.signal]);
  const forwarded = await forward(services, { ...forwarding, signal }, { method: 'GET' });
  if ('failure' in forwarded) return rpcAnswer(null, forwarded.failure);
  return { ...forwarded.head, body: untilBroken(forwarded.answer.body) };
}

/** Ends the session at the server. */
export async function endSession(services: ForwardServices, forwarding: Forwarding): Promise<StreamedAnswer> {
  const forwarded = await forward(services, forwarding, { method: 'DELETE' });
  if ('failure' in forwarded) return rpcAnswer(null, forwarded.failure);
  return { ...forwarded.head, body: forwarded.answer.body };
}

/** A stream whose replica ends, or whose time is up, has ended: its client opens another. */
async function* untilBroken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
  }
}
