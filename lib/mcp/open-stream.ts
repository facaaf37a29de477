import type { StreamedAnswer } from '../kernel/lambda/declaration.ts';
import { forward, type Forwarding, type ForwardServices, headFor } from './forward.ts';

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
  if (!('answer' in forwarded)) return forwarded;
  return { ...(await headFor(services, forwarding, forwarded)), body: untilAborted(forwarded.answer.body, signal) };
}

/** Ends the session at the server. */
export async function endSession(services: ForwardServices, forwarding: Forwarding): Promise<StreamedAnswer> {
  const forwarded = await forward(services, forwarding, { method: 'DELETE' });
  if (!('answer' in forwarded)) return forwarded;
  return { ...(await headFor(services, forwarding, forwarded)), body: forwarded.answer.body };
}

async function* untilAborted(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
