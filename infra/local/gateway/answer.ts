import { type ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http';
import * as z from 'zod';
import { Problem, problemBody, type ProblemType } from '../../../lib/kernel/errors/problem.ts';
import { isHopByHop } from './hop-by-hop.ts';
import { exceedsLambda } from './limits.ts';

/** Status and headers as they go out; a repeated header stands there repeatedly. */
export interface Head {
  readonly statusCode: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface WholeAnswer extends Head {
  readonly body: string | Buffer;
}

/** What a function gave is not an answer that API Gateway could send. */
export class BadAnswer extends Error {
  override readonly name = 'BadAnswer';
}

const headerValue = z.union([z.string(), z.number(), z.boolean()]);
const headShape = {
  statusCode: z.int().min(200).max(599),
  headers: z.record(z.string(), headerValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerValue)).nullish(),
};
const HeadShape = z.object({ ...headShape, cookies: z.array(z.string()).nullish() });
const ResultShape = z.object({ ...headShape, body: z.string().nullish(), isBase64Encoded: z.boolean().nullish() });

/**
 * What a function returned, as an answer.
 * @throws BadAnswer when it has not the shape of a proxy integration's answer, holds a header that cannot be sent, or is over 6 MB.
 */
export function readAnswer(result: unknown): WholeAnswer {
  const parsed = ResultShape.safeParse(result);
  if (!parsed.success) throw new BadAnswer(`The answer is malformed: ${z.prettifyError(parsed.error)}`);
  const { body, isBase64Encoded } = parsed.data;
  if (exceedsLambda(parsed.data, body)) throw new BadAnswer('The answer is larger than the 6 MB that Lambda takes.');
  const head = toHead(parsed.data);
  return { ...head, body: isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : (body ?? '') };
}

/** The head of a streamed answer, from its JSON prelude. @throws BadAnswer */
export function readPrelude(json: string): Head {
  try {
    const { cookies, ...head } = HeadShape.parse(JSON.parse(json));
    return toHead({
      ...head,
      multiValueHeaders: { ...head.multiValueHeaders, ...(cookies && { 'Set-Cookie': cookies }) },
    });
  } catch (cause) {
    if (cause instanceof BadAnswer) throw cause;
    throw new BadAnswer('The prelude of the streamed answer is malformed.', { cause });
  }
}

/** Answers that have no body, or need none, claim no type that was not given to them. */
const bodiless = new Set([202, 204, 304]);

type HeadParts = Pick<z.output<typeof ResultShape>, 'statusCode' | 'headers' | 'multiValueHeaders'>;

function toHead({ statusCode, headers, multiValueHeaders }: HeadParts): Head {
  const all: [string, string][] = [];
  const repeated = new Set(Object.keys(multiValueHeaders ?? {}).map((name) => name.toLowerCase()));
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!repeated.has(name.toLowerCase())) push(all, name, value);
  }
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) {
    for (const value of values) push(all, name, value);
  }
  const typed = bodiless.has(statusCode) || all.some(([name]) => name.toLowerCase() === 'content-type');
  if (!typed) all.push(['content-type', 'application/json']);
  return { statusCode, headers: all };
}

function push(all: [string, string][], name: string, value: string | number | boolean): void {
  const lower = name.toLowerCase();
  if (isHopByHop(lower) || lower === 'content-length') return;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, String(value));
  } catch (cause) {
    throw new BadAnswer(`The header ${JSON.stringify(name)} cannot be sent.`, { cause });
  }
  all.push([name, String(value)]);
}

/** A gateway response: what API Gateway answers in a function's place. `status` overrides that of the type. */
export function gatewayProblem(
  type: ProblemType,
  about: { readonly path: string; readonly requestId: string; readonly detail?: string; readonly status?: number },
): WholeAnswer {
  const problem = new Problem(type, about.detail === undefined ? {} : { detail: about.detail });
  const statusCode = about.status ?? problem.status;
  return {
    statusCode,
    headers: [
      ['content-type', 'application/problem+json'],
      ['x-request-id', about.requestId],
    ],
    body: JSON.stringify({ ...problemBody(problem, about.path, about.requestId), status: statusCode }),
  };
}

/** Sends the head of an answer. Nothing happens when the client is gone. */
export function sendHead(response: ServerResponse, { statusCode, headers }: Head, gatewayRequestId: string): void {
  if (response.destroyed || response.headersSent) return;
  const raw = ['x-amzn-requestid', gatewayRequestId];
  for (const [name, value] of headers) raw.push(name, value);
  response.writeHead(statusCode, raw);
}

/** Sends an answer with its length. For HEAD, Node leaves the body out. */
export function sendAnswer(response: ServerResponse, answer: WholeAnswer, gatewayRequestId: string): void {
  if (response.destroyed) return;
  const sized = answer.statusCode !== 204 && answer.statusCode !== 304;
  const headers = sized
    ? [...answer.headers, ['content-length', String(Buffer.byteLength(answer.body))] as const]
    : answer.headers;
  sendHead(response, { statusCode: answer.statusCode, headers }, gatewayRequestId);
  response.end(sized ? answer.body : undefined);
}
