import { describeProblem, type ProblemType } from '../lib/kernel/errors/problem.ts';

export interface RestDocumentOptions {
  /** Our own OpenAPI document. */
  readonly openapi: Readonly<Record<string, unknown>>;
  /** Functions that stream, by id. */
  readonly streams: ReadonlySet<string>;
  /** Takes what no route takes. */
  readonly fallback: string;
  readonly functionArn: (id: string) => string;
  readonly region: string;
  readonly partition: string;
  /** The role that API Gateway invokes with. */
  readonly invokeRoleArn: string;
  readonly name: string;
}

type Json = Record<string, unknown>;
type Paths = Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;

/**
 * The document that API Gateway imports as a REST API: every operation of ours with its Lambda proxy integration (streamed where the function streams), ANY on every known path and on `{proxy+}`
 * for the fallback, and API Gateway's own answers as problem+json. Without schemas: API Gateway knows OpenAPI 3.0 alone, and the functions validate.
 */
export function restDocument(options: RestDocumentOptions): Json {
  const { openapi, fallback, name } = options;
  const operations = openapi['paths'] as Paths;
  const paths: Record<string, Json> = {};
  for (const path of Object.keys(operations).flatMap(withAncestors)) {
    paths[path] ??= { 'x-amazon-apigateway-any-method': method(options, path, fallback) };
  }
  for (const [path, methods] of Object.entries(operations)) {
    const ours = Object.entries(methods).map(([verb, { operationId }]) => [verb, method(options, path, operationId)]);
    const get = methods['get']?.operationId;
    const head = get !== undefined && !options.streams.has(get) ? { head: method(options, path, get) } : {};
    paths[path] = { ...paths[path], ...head, ...Object.fromEntries(ours) };
  }
  paths['/{proxy+}'] = { 'x-amazon-apigateway-any-method': method(options, '/{proxy+}', fallback) };
  return {
    openapi: '3.0.1',
    info: { title: name, version: (openapi['info'] as { version: string }).version },
    paths,
    // Bytes arrive as they were sent, and go out as they are.
    'x-amazon-apigateway-binary-media-types': ['*/*'],
    'x-amazon-apigateway-gateway-responses': Object.fromEntries(
      Object.entries(gatewayProblems).map(([type, problem]) => [type, gatewayResponse(problem)]),
    ),
  };
}

/** `/a/b` → `/`, `/a`, `/a/b`: a path that only leads on would answer 403 in API Gateway's own words. */
function withAncestors(path: string): string[] {
  const segments = path.split('/').slice(1);
  return ['/', ...segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`)];
}

function method(options: RestDocumentOptions, path: string, id: string): Json {
  const names = [...path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name]) => name);
  return {
    ...(names.length > 0 && {
      parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    }),
    responses: { default: { description: 'As the function answers' } },
    'x-amazon-apigateway-integration': integration(options, id),
  };
}

function integration(
  { streams, partition, region, functionArn, invokeRoleArn }: RestDocumentOptions,
  id: string,
): Json {
  const gateway = `arn:${partition}:apigateway:${region}:lambda:path`;
  const common = { type: 'aws_proxy', httpMethod: 'POST', credentials: invokeRoleArn };
  return streams.has(id)
    ? {
        ...common,
        uri: `${gateway}/2021-11-15/functions/${functionArn(id)}/response-streaming-invocations`,
        responseTransferMode: 'STREAM',
        timeoutInMillis: 900_000,
      }
    : { ...common, uri: `${gateway}/2015-03-31/functions/${functionArn(id)}/invocations`, timeoutInMillis: 29_000 };
}

/** What API Gateway says in a function's place. */
const gatewayProblems: Readonly<Record<string, ProblemType>> = {
  DEFAULT_4XX: 'invalid-request',
  DEFAULT_5XX: 'upstream-error',
  ACCESS_DENIED: 'forbidden',
  API_CONFIGURATION_ERROR: 'internal-error',
  BAD_REQUEST_BODY: 'invalid-request',
  BAD_REQUEST_PARAMETERS: 'invalid-request',
  EXPIRED_TOKEN: 'unauthorized',
  INTEGRATION_FAILURE: 'upstream-error',
  INTEGRATION_TIMEOUT: 'upstream-timeout',
  INVALID_SIGNATURE: 'unauthorized',
  MISSING_AUTHENTICATION_TOKEN: 'not-found',
  QUOTA_EXCEEDED: 'rate-limit-exceeded',
  REQUEST_TOO_LARGE: 'payload-too-large',
  RESOURCE_NOT_FOUND: 'not-found',
  THROTTLED: 'rate-limit-exceeded',
  UNAUTHORIZED: 'unauthorized',
  UNSUPPORTED_MEDIA_TYPE: 'unsupported-media-type',
  WAF_FILTERED: 'forbidden',
};

function gatewayResponse(type: ProblemType): Json {
  const { status, code, title } = describeProblem(type);
  const body = {
    type: `urn:mcp-platform:problem:${type}`,
    title,
    status,
    detail: title,
    // The path in this place would begin with the API's stage, which no client knows.
    instance: 'urn:uuid:$context.requestId',
    error_code: code,
    request_id: '$context.requestId',
  };
  return {
    statusCode: status,
    responseParameters: {
      'gatewayresponse.header.Content-Type': "'application/problem+json'",
      'gatewayresponse.header.Cache-Control': "'no-store'",
      'gatewayresponse.header.X-Request-Id': 'context.requestId',
      ...(status === 429 && { 'gatewayresponse.header.Retry-After': "'1'" }),
    },
    responseTemplates: { 'application/json': JSON.stringify(body) },
  };
}
