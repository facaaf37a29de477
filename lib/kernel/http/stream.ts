import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Writable } from 'node:stream';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import type { Use } from '../lambda/uses.ts';
import { correlated } from '../log/correlation.ts';
import type { Access, StreamDeclaration } from '../lambda/declaration.ts';
import type { HttpEvent } from './gateway-event.ts';
import { type Answer, closeRequest, correlationOf, openRequest } from './request-context.ts';
import { httpPipeline } from './pipeline.ts';

/** The part of Lambda's global that a streaming function uses; the local gateway brings the same. */
interface LambdaStreaming {
  readonly HttpResponseStream: {
    from(stream: Writable, metadata: { statusCode: number; headers: Record<string, string> }): Writable;
  };
}

/**
 * Declares a response-streaming endpoint: `(event, responseStream, context)`, as Lambda calls it. Refusals are ordinary problem answers; what
 * breaks after the first byte ends the stream and is reported.
 */
export function stream<
  const U extends Use,
  A extends Access,
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
>(declaration: StreamDeclaration<U, A, P, Q, B>) {
  const declared = declaration as unknown as StreamDeclaration;
  const handler = async (event: HttpEvent, responseStream: Writable, context: Context): Promise<void> => {
    const gone = new AbortController();
    // One that was written to its end is not gone: nobody has to be stopped.
    responseStream.once('close', () => {
      if (!responseStream.writableFinished) gone.abort();
    });
    const pipeline = httpPipeline(declared, async (call) => {
      const run = declared.run({ ...call, signal: gone.signal });
      const { status, headers, body } = run instanceof Promise ? await run : { status: 200, headers: {}, body: run };
      return {
        statusCode: status,
        headers: { ...typeOf(status, body, declared.produces), 'cache-control': 'no-store', ...headers },
        body,
      };
    });
    const requestContext = openRequest(event, context, declaration.route);
    await correlated(correlationOf(requestContext), async () => {
      const answer = await pipeline(requestContext, context);
      try {
        await send(answer, responseStream, gone.signal);
      } catch (error) {
        requestContext.report.set({ stream_error: error });
      } finally {
        // The end of the answer is on its way: whoever waits for it does not wait for its report line too.
        await nextTurn();
        closeRequest(requestContext, gone.signal.aborted ? withoutReader(answer.statusCode) : answer.statusCode);
      }
    });
  };
  return Object.assign(handler, { declaration: { kind: 'stream' as const, ...declared } });
}

/** What breaks because a client left is no failure of ours: proxies count it as 499. */
function withoutReader(status: number): number {
  return status >= 500 ? 499 : status;
}

/** What has no body has no type: strict clients parse what says that it is JSON. */
function typeOf(status: number, body: unknown, type: string): Record<string, string> {
  return body === '' || status === 202 || status === 204 ? {} : { 'content-type': type };
}

async function send({ statusCode, headers, body }: Answer, responseStream: Writable, gone: AbortSignal): Promise<void> {
  const { awslambda } = globalThis as typeof globalThis & { awslambda: LambdaStreaming };
  const out = awslambda.HttpResponseStream.from(responseStream, { statusCode, headers: { ...headers } });
  try {
    // The head leaves with the first write: a stream that is quiet at first is open all the same.
    out.write('');
    for await (const chunk of typeof body === 'string' || body instanceof Uint8Array ? [body] : body) {
      if (gone.aborted) return;
      if (!out.write(chunk)) await once(out, 'drain', { signal: gone });
    }
  } finally {
    out.end();
  }
}
