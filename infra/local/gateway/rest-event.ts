import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { eventHeaders, sourceIp } from './event-headers.ts';

/** Where a request arrived: what is not in the request itself. */
export interface Place {
  readonly stage: string;
  readonly resource: string;
  readonly pathParameters: Record<string, string> | null;
}

const textType =
  /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml)\b|application\/(?:x-www-form-urlencoded|javascript)\b)/i;

/** The event of a REST API's Lambda proxy integration (payload v1). `url` is path and query as they were sent. */
export function restEvent(
  request: IncomingMessage,
  method: string,
  url: { readonly path: string; readonly query: string },
  body: Buffer | undefined,
  { stage, resource, pathParameters }: Place,
): APIGatewayProxyEvent {
  const now = new Date();
  const { headers, multiValueHeaders } = eventHeaders(request);
  const { single, multiple } = readQuery(url.query);
  const host = request.headers.host ?? 'localhost';
  const isText =
    body === undefined || (isUtf8(body) && textType.test(request.headers['content-type'] ?? 'application/json'));
  return {
    resource,
    path: url.path,
    httpMethod: method,
    headers,
    multiValueHeaders,
    queryStringParameters: single,
    multiValueQueryStringParameters: multiple,
    pathParameters,
    stageVariables: null,
    requestContext: {
      resourceId: resource,
      resourcePath: resource,
      httpMethod: method,
      extendedRequestId: randomUUID(),
      requestTime: requestTime(now),
      path: `/${stage}${url.path}`,
      accountId: '000000000000',
      protocol: `HTTP/${request.httpVersion}`,
      stage,
      domainPrefix: 'local',
      requestTimeEpoch: now.getTime(),
      requestId: randomUUID(),
      identity: identity(request),
      domainName: host,
      apiId: 'local',
      authorizer: undefined,
    },
    body: body === undefined ? null : body.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  };
}

function identity(request: IncomingMessage): APIGatewayProxyEvent['requestContext']['identity'] {
  return {
    cognitoIdentityPoolId: null,
    accountId: null,
    cognitoIdentityId: null,
    caller: null,
    sourceIp: sourceIp(request),
    principalOrgId: null,
    accessKey: null,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: null,
    userAgent: request.headers['user-agent'] ?? null,
    user: null,
    apiKey: null,
    apiKeyId: null,
    clientCert: null,
  };
}

type Query = {
  single: Record<string, string> | null;
  multiple: Record<string, string[]> | null;
};

/** A repeated name keeps its last value in `single` and all of them in `multiple`; both are null without a query. */
export function readQuery(query: string): Query {
  if (query === '') return { single: null, multiple: null };
  const single: Record<string, string> = Object.create(null);
  const multiple: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    single[name] = value;
    (multiple[name] ??= []).push(value);
  }
  return { single, multiple };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** As in a common log: `10/Feb/2026:13:40:14 +0000`. */
export function requestTime(at: Date): string {
  const iso = at.toISOString();
  return `${iso.slice(8, 10)}/${months[at.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
