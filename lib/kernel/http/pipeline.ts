import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import type { Use } from '../lambda/uses.ts';
import type { Access, Call, EndpointDeclaration, StreamDeclaration } from '../lambda/declaration.ts';
import { currentRuntime } from '../lambda/runtime.ts';
import type { HttpEvent } from './gateway-event.ts';
import { authorize, credentialParameters } from './authorize.ts';
import { type Answer, type RequestContext, frame } from './request-context.ts';
import { represent } from './representation.ts';
import { isIdempotent, once } from './idempotency.ts';
import { readJsonBody, readTextBody } from './read-body.ts';
import { isMultipart, readMultipart } from './read-multipart.ts';
import { parsePart, parsePath, parseQuery } from './read-input.ts';

type HttpDeclaration = EndpointDeclaration | StreamDeclaration;
/** A call whose parts are parsed; which types they have is the declaration's affair. */
export type AnyCall = Call<Use, Access, z.ZodType, z.ZodType, z.ZodType>;

/**
 * What endpoints and streams share: request id, authentication, rate limit, permission, then input, and every error as a problem.
 * Keeps 50 ms of the function's time back to answer 504 itself.
 */
export function httpPipeline(declaration: HttpDeclaration, respond: (call: AnyCall) => Promise<Answer>) {
  const idempotent = isIdempotent(declaration);
  return middy<RequestContext, Answer>({ timeoutEarlyInMillis: 50 })
    .use(frame())
    .use(authorize(declaration))
    .handler(async (requestContext: RequestContext, context: Context) => {
      const call = await readCall(declaration, requestContext);
      const answer = await (idempotent ? once(requestContext, context, () => respond(call)) : respond(call));
      return represent(requestContext.facts, answer);
    });
}

/** The body, as far as one was sent: a schema that takes nothing may get nothing. */
async function readBody(
  { bodyAs, maxTextBytes }: HttpDeclaration,
  schema: z.ZodType,
  { event, facts }: RequestContext,
): Promise<unknown> {
  if (bodyAs === 'multipart' && isMultipart(facts.headers)) return readMultipart(event, facts.headers);
  if (bodyAs === 'text') return readTextBody(event, facts.headers, maxTextBytes);
  if ((event.body ?? '') === '' && schema.safeParse(undefined).success) return undefined;
  return readJsonBody(event, facts.headers);
}

async function readCall(declaration: HttpDeclaration, requestContext: RequestContext): Promise<AnyCall> {
  const { event, facts, report, caller } = requestContext;
  const params = declaration.params && parsePath(declaration.params, event);
  const query = readQuery(declaration, event);
  const body =
    declaration.body &&
    parsePart('body', declaration.body, await readBody(declaration, declaration.body, requestContext));
  const services = await currentRuntime().services(declaration.uses ?? []);
  return { params, query, body, caller, services, request: facts, log: report };
}

/** What no route takes may come with any query. */
function readQuery({ route, query, queryCredential }: HttpDeclaration, event: HttpEvent): unknown {
  if (route.startsWith('ANY ')) return undefined;
  return parseQuery(query, event, queryCredential === true ? credentialParameters : []);
}
