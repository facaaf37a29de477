import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamedAnswer } from '../../kernel/lambda/declaration.ts';
import { notificationText } from '../../upstream/json-rpc.ts';
import { UpstreamFailure } from '../../upstream/ports.ts';
import type { ForwardServices } from '../forward.ts';
import { changesOf, streamMs, streamOf } from './follow-changes.ts';
import { type AllForwarding, openServerStream } from './pass-to-server.ts';
import { servedTo } from './read-offered.ts';

/** Servers keep what nobody listens to, so a stream that is found late brings all of it. */
const lookMs = 10_000;
/** A client that reads so little of what waits gets a new stream. */
const mostWaiting = 10_000;

/** The stream of a session on the endpoint of all: what changed of the lists, and what servers say in their own sessions for it. */
export function followSession(services: ForwardServices, forwarding: AllForwarding): StreamedAnswer {
  return streamOf(eventsOf(services, forwarding));
}

async function* eventsOf(services: ForwardServices, forwarding: AllForwarding): AsyncGenerator<string> {
  const left = new AbortController();
  const signal = AbortSignal.any([forwarding.signal, left.signal, AbortSignal.timeout(streamMs)]);
  const following = { ...forwarding, signal };
  const waiting: string[] = [];
  let more = Promise.withResolvers<void>();
  const failed = (error: unknown): void => more.reject(error);
  const take = async (events: AsyncIterable<string | Uint8Array>): Promise<void> => {
    for await (const event of events) {
      waiting.push(String(event));
      more.resolve();
    }
  };
  signal.addEventListener('abort', () => more.resolve(), { once: true });
  take(changesOf(services, following, (method) => notificationText(method))).catch(failed);
  listenToServers(services, following, take, failed).catch(failed);
  try {
    while (!signal.aborted && waiting.length < mostWaiting) {
      await more.promise;
      more = Promise.withResolvers();
      yield* waiting.splice(0);
    }
  } finally {
    left.abort();
  }
}

async function listenToServers(
  services: ForwardServices,
  following: AllForwarding,
  take: (events: AsyncIterable<string | Uint8Array>) => Promise<void>,
  failed: (error: unknown) => void,
): Promise<void> {
  const open = new Set<string>();
  const listen = async (slug: string): Promise<void> => {
    open.add(slug);
    try {
      const stream = await openServerStream(services, following, slug);
      if (stream && typeof stream.body !== 'string') await take(stream.body);
    } catch (error) {
      // A server that ends, ends its stream.
      if (!(error instanceof UpstreamFailure)) throw error;
    } finally {
      open.delete(slug);
    }
  };
  const { signal } = following;
  while (!signal.aborted) {
    const targets = await servedTo(services, following.caller);
    const running = targets.filter(
      ({ deployment }) => deployment.status === 'running' && !('url' in deployment.launch),
    );
    const missing = running.map(({ deployment }) => deployment.slug).filter((slug) => !open.has(slug));
    for (const slug of missing) listen(slug).catch(failed);
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
  }
}
