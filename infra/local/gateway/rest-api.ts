import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { requestIdFrom } from '../../../lib/kernel/ids.ts';
import type { ProblemType } from '../../../lib/kernel/errors/problem.ts';
import { type DiscoveredFunction, ofKind } from '../../discover.ts';
import { BadAnswer, gatewayProblem, readAnswer, sendAnswer } from './answer.ts';
import { InvocationTimeout, type Invoker } from './invoke.ts';
import { exceedsLambda, headBytes, maxHeadBytes } from './limits.ts';
import { readBody } from './read-body.ts';
import { restEvent } from './rest-event.ts';
import { RouteTree } from './routes.ts';
import { StrayError } from './stray-errors.ts';
import { streamAnswer, type StreamRegistry } from './stream-answer.ts';
import type { Warn } from './warn.ts';

export interface RestApiOptions {
  readonly functions: readonly DiscoveredFunction[];
  readonly invoker: Invoker;
  readonly stage: string;
  /** Takes what no route takes. */
  readonly fallback: DiscoveredFunction | undefined;
  readonly streams: StreamRegistry;
  readonly warn: Warn;
}

type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A REST API with one Lambda proxy integration for each route. */
export function createRestApi({ functions, invoker, stage, fallback, streams, warn }: RestApiOptions): Serve {
  const routes = new RouteTree<DiscoveredFunction>();
  for (const target of [...ofKind(functions, 'endpoint'), ...ofKind(functions, 'stream')]) {
    if (target !== fallback) routes.add(target.declaration.route, target);
  }

  return async (request, response) => {
    const method = request.method ?? 'GET';
    const url = readTarget(request.url ?? '/');
    const refuse = (type: ProblemType, detail?: string, status?: number, gatewayId?: string): void => {
      const requestId = requestIdFrom(request.headers['x-request-id']?.toString());
      sendAnswer(
        response,
        gatewayProblem(type, {
          path: url?.path ?? '',
          requestId,
          ...(detail !== undefined && { detail }),
          ...(status !== undefined && { status }),
        }),
        gatewayId ?? requestId,
      );
    };

    if (url === undefined || !isDecodable(url.path))
      return refuse('invalid-request', 'The path of the request is malformed.');
    if (headBytes(method, request.url ?? '', request.rawHeaders) > maxHeadBytes)
      return refuse('invalid-request', `The headers are over ${maxHeadBytes} bytes.`, 431);

    const match = routes.find(url.path);
    const isHead = method === 'HEAD';
    const declared = match?.resource.methods.get(isHead ? 'GET' : method);
    // A stream's head would come with all that GET sets going: as on AWS, HEAD is no method of it.
    const found = isHead && declared?.declaration.kind === 'stream' ? undefined : declared;
    const target = found ?? fallback;
    if (target === undefined) {
      return match === undefined ? refuse('not-found') : refuse('method-not-allowed');
    }

    const read = await readBody(request);
    if (read === 'gone') return;
    if (read === 'too-large') return refuse('payload-too-large', 'A request takes at most 10 MB.');
    const event = restEvent(request, found && isHead ? 'GET' : method, url, read.body, {
      stage,
      resource: (found && match?.resource.path) ?? '/{proxy+}',
      pathParameters: found ? (match?.params ?? null) : proxyOf(url.path),
    });
    if (exceedsLambda(event, event.body))
      return refuse('payload-too-large', 'The request is larger than the 6 MB that a function takes.');
    await answer(target, event, response, refuse);
  };

  async function answer(
    target: DiscoveredFunction,
    event: APIGatewayProxyEvent,
    response: ServerResponse,
    refuse: (type: ProblemType, detail: undefined, status: undefined, gatewayId: string) => void,
  ): Promise<void> {
    const { requestId } = event.requestContext;
    try {
      if (target.declaration.kind === 'stream') {
        await streamAnswer({ invoker, target, event, response, streams, warn });
      } else {
        sendAnswer(response, readAnswer(await invoker.call(target, event)), requestId);
      }
    } catch (error) {
      warn(`${target.id} ${error instanceof BadAnswer ? 'gave no answer that can be sent' : 'failed'}`, error);
      if (response.headersSent) response.destroy();
      else refuse(problemFor(error), undefined, undefined, requestId);
    }
  }
}

function problemFor(error: unknown): ProblemType {
  if (error instanceof InvocationTimeout) return 'upstream-timeout';
  return error instanceof StrayError ? 'internal-error' : 'upstream-error';
}

/** Path and query as sent; undefined when the target is neither a path nor a whole URL. */
function readTarget(target: string): { path: string; query: string } | undefined {
  const origin = /^https?:\/\/[^/?#]*/i.exec(target)?.[0] ?? '';
  const withoutOrigin = target.slice(origin.length);
  const hash = withoutOrigin.indexOf('#');
  const local = hash === -1 ? withoutOrigin : withoutOrigin.slice(0, hash);
  const mark = local.indexOf('?');
  const path = (mark === -1 ? local : local.slice(0, mark)) || (origin === '' ? '' : '/');
  if (!path.startsWith('/')) return undefined;
  return { path, query: mark === -1 ? '' : local.slice(mark + 1) };
}

/** What `{proxy+}` stands for; the root has none. */
function proxyOf(path: string): { proxy: string } | null {
  return path === '/' ? null : { proxy: decodeURIComponent(path.slice(1)) };
}

function isDecodable(path: string): boolean {
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
