import type middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Caller } from './caller.ts';
import type { Correlation } from '../log/correlation.ts';
import type { RequestFacts } from '../lambda/declaration.ts';
import { currentRuntime, takeColdStart } from '../lambda/runtime.ts';
import { type HttpEvent, readFacts } from './gateway-event.ts';
import { corsHeaders } from './origin.ts';
import { type Report, startReport } from '../log/log.ts';
import { Problem, problemBody, toProblem } from '../errors/problem.ts';
import { functionIdOf, since } from '../lambda/report-run.ts';

/** One request on its way through the pipeline, and what the steps have learned about it. */
export interface RequestContext {
  readonly event: HttpEvent;
  readonly functionId: string;
  readonly facts: RequestFacts;
  readonly report: Report;
  readonly startedAt: number;
  /** Headers of the answer, whatever it will be. */
  readonly headers: Record<string, string>;
  caller: Caller | undefined;
}

type Body = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** What a function answers, before it is written in a transport's manner. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

export type Step = middy.MiddlewareObj<RequestContext, Answer>;
type Passing = Parameters<NonNullable<Step['before']>>[0];

export function openRequest(event: HttpEvent, context: Context, route: string): RequestContext {
  const runtime = currentRuntime();
  const settings = runtime.settings();
  const functionId = functionIdOf(context);
  const facts = readFacts(event);
  return {
    event,
    functionId,
    facts,
    startedAt: performance.now(),
    report: startReport((line) => runtime.write(line), functionId, {
      request_id: facts.requestId,
      route,
      cold_start: takeColdStart(),
    }),
    headers: {
      'x-request-id': facts.requestId,
      ...securityHeaders(settings.BASE_URL),
      ...corsHeaders(facts.path, facts.headers['origin'], settings),
    },
    caller: undefined,
  };
}

export function correlationOf({ facts, report }: RequestContext): Correlation {
  return { requestId: facts.requestId, log: report, sourceIp: facts.sourceIp };
}

/** The outermost step: every error becomes a problem, every answer gets the common headers. */
export function frame(): Step {
  return {
    after: addHeaders,
    onError: (request: Passing) => {
      const problem =
        request.error?.name === 'TimeoutError'
          ? new Problem('upstream-timeout', { cause: request.error })
          : toProblem(request.error);
      request.response = problemAnswer(request.event, problem);
      addHeaders(request);
    },
  };
}

function addHeaders(request: Passing): void {
  if (!request.response) return;
  const { headers, statusCode } = request.response;
  const vary = [request.event.headers['vary'], headers['vary']].filter(Boolean).join(', ');
  request.response = {
    ...request.response,
    headers: {
      ...request.event.headers,
      'cache-control': headers['etag'] === undefined || statusCode >= 400 ? 'no-store' : 'private, no-cache',
      'content-security-policy': headers['content-type']?.startsWith('text/html') ? pagePolicy : dataPolicy,
      ...headers,
      ...(vary !== '' && { vary }),
    },
  };
}

const dataPolicy = "default-src 'none'; frame-ancestors 'none'";
/** Our pages bring everything themselves; Swagger UI writes style attributes. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** After OWASP's REST Security Cheat Sheet. */
function securityHeaders(baseUrl: string): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    ...(baseUrl.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  };
}

function problemAnswer({ event, facts, report }: RequestContext, problem: Problem): Answer {
  report.set({ error_code: problem.code, ...(problem.cause !== undefined && { error: problem.cause }) });
  return {
    statusCode: problem.status,
    headers: { 'content-type': 'application/problem+json', ...problem.options.headers },
    body: JSON.stringify(problemBody(problem, event.path, facts.requestId)),
  };
}

/** Ends the request's one report line, when the answer is out. */
export function closeRequest({ event, facts, report, caller, startedAt }: RequestContext, status: number): void {
  const level = status >= 500 ? 'error' : status >= 400 ? 'warning' : 'info';
  report.end(level, `${event.httpMethod} ${event.path} ${status}`, {
    user_id: caller?.userId ?? null,
    ...(caller?.apiKey && { api_key_id: caller.apiKey.id }),
    source_ip: facts.sourceIp,
    method: event.httpMethod,
    status,
    ms: since(startedAt),
  });
}
