import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Handler } from '../lib/kernel/lambda/declaration.ts';
import { type Runtime, installRuntime } from '../lib/kernel/lambda/runtime.ts';
import type { HttpEvent } from '../lib/kernel/http/gateway-event.ts';
import { requestIdFrom } from '../lib/kernel/ids.ts';
import { Problem, problemBody } from '../lib/kernel/errors/problem.ts';
import { withMetrics } from './lambda/embed-metrics.ts';
import { fromEdge } from './lambda/from-edge.ts';
import { type Env, namesSecrets, withSecrets } from './lambda/read-secrets.ts';

type Running = (event: unknown, ...rest: unknown[]) => Promise<unknown>;
type Head = { readonly statusCode: number; readonly headers: Record<string, string> };

interface LambdaStreaming {
  streamifyResponse(handler: Running): unknown;
  readonly HttpResponseStream: { from(stream: Writable, head: Head): Writable };
}

/**
 * What a bundle exports: the function on its host, once the secrets are there, for requests that came through CloudFront where there is one. Lambda streams the
 * answer of a handler that is wrapped.
 */
export function lambdaHandler(handler: Handler, createRuntime: (env: Env) => Runtime, env: Env = process.env): unknown {
  const ready = starting(createRuntime, env);
  const run: Running = async (event, ...rest) => {
    await ready();
    return (handler as unknown as Running)(event, ...rest);
  };
  switch (handler.declaration.kind) {
    case 'endpoint':
    case 'socket':
      return async (event: HttpEvent, context: unknown) => {
        const admitted = fromEdge(event, env);
        return admitted ? run(admitted, context) : refusal(event, env);
      };
    case 'stream':
      return streaming().streamifyResponse(async (event, responseStream, context) => {
        const admitted = fromEdge(event as HttpEvent, env);
        if (admitted) return run(admitted, responseStream, context);
        const { body, ...head } = refusal(event as HttpEvent, env);
        const out = streaming().HttpResponseStream.from(responseStream as Writable, head);
        out.end(body);
        await once(out, 'finish');
      });
    case 'worker':
    case 'schedule':
    case 'event':
    case 'command':
      return (event: unknown, context: unknown) => run(event, context);
  }
}

/** Begins while Lambda still loads the function; what failed then is tried again by each invocation. */
function starting(createRuntime: (env: Env) => Runtime, env: Env): () => Promise<void> {
  if (!namesSecrets(env)) {
    installRuntime(counting(createRuntime(env), env));
    return async () => undefined;
  }
  const start = async (): Promise<void> => installRuntime(counting(createRuntime(await withSecrets(env)), env));
  let started: Promise<void> | undefined = start();
  const forget = (): void => void (started = undefined);
  started.catch(forget);
  return () => {
    if (started) return started;
    started = start();
    started.catch(forget);
    return started;
  };
}

/** Has CloudWatch make series of the report lines, under the name that METRICS_SERVICE gives the service. */
function counting(runtime: Runtime, { METRICS_SERVICE: service }: Env): Runtime {
  return service ? { ...runtime, write: (line) => runtime.write(withMetrics(line, service)) } : runtime;
}

function refusal(event: HttpEvent, env: Env): Head & { readonly body: string } {
  const problem = new Problem('forbidden', { detail: `The platform is reached at ${env['BASE_URL']} alone.` });
  const requestId = requestIdFrom(undefined);
  return {
    statusCode: problem.status,
    headers: { 'content-type': 'application/problem+json', 'x-request-id': requestId },
    body: JSON.stringify(problemBody(problem, event.path, requestId)),
  };
}

function streaming(): LambdaStreaming {
  return (globalThis as typeof globalThis & { awslambda: LambdaStreaming }).awslambda;
}
