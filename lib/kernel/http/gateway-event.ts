import type { RequestFacts } from '../lambda/declaration.ts';
import { requestIdFrom } from '../ids.ts';

/** The members of an API Gateway REST event (payload v1) that the kernel reads. */
export interface HttpEvent {
  readonly httpMethod: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly pathParameters: Readonly<Record<string, string | undefined>> | null;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly identity: { readonly sourceIp: string } };
}

/** The event's headers by lower-case name. */
function readHeaders(event: HttpEvent): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  return headers;
}

export function readFacts(event: HttpEvent): RequestFacts {
  const headers = readHeaders(event);
  return {
    method: event.httpMethod,
    path: event.path,
    search: readSearch(event),
    requestId: requestIdFrom(headers['x-request-id']),
    sourceIp: event.requestContext.identity.sourceIp,
    headers,
  };
}

function readSearch({ multiValueQueryStringParameters }: HttpEvent): string {
  const pairs = Object.entries(multiValueQueryStringParameters ?? {}).flatMap(([name, values]) =>
    (values ?? []).map((value) => [name, value] as [string, string]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

/** The credentials of a request, each once: the bearer token, then the API key. */
export function readCredentials(headers: Readonly<Record<string, string>>): string[] {
  const token = /^Bearer\s+(\S+)\s*$/i.exec(headers['authorization'] ?? '')?.[1];
  return [...new Set([token, headers['x-api-key']].filter((text) => text !== undefined && text !== ''))] as string[];
}
