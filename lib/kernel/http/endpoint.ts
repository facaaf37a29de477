import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import type * as z from 'zod';
import type { Use } from '../lambda/uses.ts';
import { correlated } from '../log/correlation.ts';
import type { Access, EndpointDeclaration } from '../lambda/declaration.ts';
import type { HttpEvent } from './gateway-event.ts';
import { type Answer, closeRequest, correlationOf, openRequest } from './request-context.ts';
import { type AnyCall, httpPipeline } from './pipeline.ts';

/**
 * Declares an HTTP endpoint. The value is its Lambda handler (API Gateway REST, payload v1) with the declaration attached.
 */
export function endpoint<
  const U extends Use,
  A extends Access,
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
  O extends z.ZodType,
>(declaration: EndpointDeclaration<U, A, P, Q, B, O>) {
  // The parts of a call are typed by their schemas at the declaration; from here on any endpoint is like any other.
  const declared = declaration as unknown as EndpointDeclaration;
  const pipeline = httpPipeline(declared, (call) => respond(declared, call));
  const handler = async (event: HttpEvent, context: Context): Promise<APIGatewayProxyResult> => {
    const requestContext = openRequest(event, context, declaration.route);
    const answer = await correlated(correlationOf(requestContext), () => pipeline(requestContext, context));
    closeRequest(requestContext, answer.statusCode);
    return encode(answer);
  };
  return Object.assign(handler, { declaration: { kind: 'endpoint' as const, ...declared } });
}

async function respond(declaration: EndpointDeclaration, call: AnyCall): Promise<Answer> {
  const output: unknown = declaration.output.parse(await declaration.run(call));
  const statusCode = declaration.statusOf?.(output) ?? declaration.status ?? 200;
  const headers = declaration.headers?.(output, call) ?? {};
  if (statusCode === 204 || (statusCode >= 300 && statusCode < 400)) return { statusCode, headers, body: '' };
  if (declaration.produces === undefined) {
    const body = declaration.alsoProduces && typeof output === 'string' ? output : JSON.stringify(output);
    return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body };
  }
  return {
    statusCode,
    headers: { 'content-type': declaration.produces, ...headers },
    body: declaration.textOf?.(output) ?? (output as string | Uint8Array),
  };
}

function encode({ statusCode, headers, body }: Answer): APIGatewayProxyResult {
  if (body instanceof Uint8Array)
    return { statusCode, headers: { ...headers }, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
  if (typeof body === 'string') return { statusCode, headers: { ...headers }, body, isBase64Encoded: false };
  throw new TypeError('An endpoint answers a whole body; a stream belongs into a .stream.ts file.');
}
