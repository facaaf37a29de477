import type { ServerResponse } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { DiscoveredFunction } from '../../discover.ts';
import { sendHead } from './answer.ts';
import type { Invoker } from './invoke.ts';
import { streamIdleMs } from './limits.ts';
import { ResponseStream } from './streaming.ts';
import type { Warn } from './warn.ts';

/** The streams under way, so that a stopping gateway can end them. */
export type StreamRegistry = Set<ResponseStream>;

interface Streaming {
  readonly invoker: Invoker;
  readonly target: DiscoveredFunction;
  readonly event: APIGatewayProxyEvent;
  readonly response: ServerResponse;
  readonly streams: StreamRegistry;
  readonly warn: Warn;
}

/**
 * Runs a streaming function and sends what it writes as it comes. A client that goes away does not stop a function that does something: what it still writes
 * is dropped, as on AWS. A GET does nothing but write, so here it ends with its client; on AWS it goes on until its time is up.
 * @throws what the function threw, BadAnswer or InvocationTimeout; the response has then been sent in part or not at all.
 */
export async function streamAnswer(streaming: Streaming): Promise<void> {
  const { invoker, target, event, response, streams, warn } = streaming;
  const out = new ResponseStream({
    head: (head) => {
      // What comes in the same moment goes out in the same packet.
      const { socket } = response;
      socket?.cork();
      setImmediate(() => socket?.uncork());
      sendHead(response, head, event.requestContext.requestId);
      response.flushHeaders();
    },
    body: (chunk, done) => {
      idle.refresh();
      passOn(response, chunk, done);
    },
  });
  const idle = setTimeout(
    () => out.destroy(new Error(`${target.id} sent nothing for ${streamIdleMs / 1000} s.`)),
    streamIdleMs,
  );
  const closed = new Promise<void>((resolve, reject) => {
    out.once('error', reject);
    out.once('close', resolve);
  });
  streams.add(out);
  if (event.httpMethod === 'GET') response.once('close', () => out.destroy());
  void invoker.stream(target, event, out).then(
    () => out.end(),
    (error: unknown) => {
      if (out.closed) warn(`${target.id} failed after its stream had ended`, error);
      else out.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  try {
    await closed;
    response.end();
  } finally {
    clearTimeout(idle);
    streams.delete(out);
  }
}

/** Waits for a slow client, not for one that is gone. */
function passOn(response: ServerResponse, chunk: Buffer, done: () => void): void {
  if (response.destroyed || response.write(chunk)) return done();
  const goOn = (): void => {
    response.off('drain', goOn);
    response.off('close', goOn);
    done();
  };
  response.on('drain', goOn);
  response.on('close', goOn);
}
