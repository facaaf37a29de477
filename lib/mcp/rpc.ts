import type { StreamedAnswer } from '../kernel/lambda/declaration.ts';
import { codes, isId, isObject, type Params } from '../upstream/json-rpc.ts';

export type RpcId = string | number | null;

/** A request of a client, as far as it is counted. */
export interface PostedRequest {
  readonly id: string | number;
  readonly method: string;
  /** Of the server, for `tools/call`. */
  readonly tool: string | undefined;
}

/** What is known of a client's POST without changing it. */
export interface Posted {
  /** What an error answers: the request's id when there is one alone. */
  readonly id: RpcId;
  readonly requests: readonly PostedRequest[];
  /** The parameters of a request that stands alone. */
  readonly params: Params;
}

const maxBatch = 50;

/** @returns undefined when the text is not JSON; `too-many` for a batch of more than 50. */
export function readPosted(text: string): Posted | 'too-many' | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The client gets an answer that says so.
    return undefined;
  }
  const messages: readonly unknown[] = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
  if (messages.length > maxBatch) return 'too-many';
  const requests = messages.flatMap((message): PostedRequest[] => {
    if (!isObject(message) || typeof message['method'] !== 'string' || !isId(message['id'])) return [];
    const { id, method } = message;
    const { name } = paramsOf(message);
    return [{ id, method, tool: method === 'tools/call' && typeof name === 'string' ? name : undefined }];
  });
  const [only] = messages;
  const single = !Array.isArray(parsed);
  return { id: single ? (requests[0]?.id ?? null) : null, requests, params: single ? paramsOf(only) : {} };
}

function paramsOf(message: unknown): Params {
  const params = isObject(message) ? message['params'] : undefined;
  return isObject(params) ? params : {};
}

type FailureCode = keyof typeof codes;

export interface RpcFailure {
  readonly status: number;
  readonly code: FailureCode;
  readonly errorCode: string;
  readonly message: string;
  readonly retryAfter?: number;
  /** More for whoever may know what is behind the endpoint. */
  readonly reason?: string;
}

export const failures = {
  notJson: { status: 400, code: 'parse', errorCode: 'INVALID_REQUEST', message: 'The body is not JSON' },
  tooMany: {
    status: 400,
    code: 'invalidRequest',
    errorCode: 'INVALID_REQUEST',
    message: `The batch holds more than ${maxBatch} messages`,
  },
  noSession: { status: 404, code: 'noSession', errorCode: 'NOT_FOUND', message: 'Session not found' },
  heldToOthers: {
    status: 403,
    code: 'invalidRequest',
    errorCode: 'FORBIDDEN',
    message: 'This API key is held to other tools of this server',
  },
  loop: {
    status: 502,
    code: 'loop',
    errorCode: 'UPSTREAM_ERROR',
    message: 'The server leads back to this platform',
  },
  unavailable: {
    status: 503,
    code: 'unavailable',
    errorCode: 'SERVICE_UNAVAILABLE',
    message: 'The server cannot answer at the moment',
    retryAfter: 5,
  },
  timeout: {
    status: 504,
    code: 'timeout',
    errorCode: 'UPSTREAM_TIMEOUT',
    message: 'The server did not answer in time',
  },
  broken: {
    status: 502,
    code: 'upstream',
    errorCode: 'UPSTREAM_ERROR',
    message: 'The connection to the server broke',
  },
  unreadable: {
    status: 502,
    code: 'upstream',
    errorCode: 'UPSTREAM_ERROR',
    message: 'The server did not answer as an MCP server does',
  },
  ownSession: {
    status: 405,
    code: 'unavailable',
    errorCode: 'METHOD_NOT_ALLOWED',
    message: 'This session has no stream of its own',
  },
  accountNeeded: {
    status: 403,
    code: 'upstream',
    errorCode: 'FORBIDDEN',
    message: 'The server wants an account of the caller',
  },
  refused: {
    status: 502,
    code: 'upstream',
    errorCode: 'UPSTREAM_ERROR',
    message: 'The server refused the credentials that it was deployed with',
  },
} as const satisfies Record<string, RpcFailure>;

/** A JSON-RPC error that answers one message. */
export function rpcError(id: RpcId, { code, errorCode, message, retryAfter, reason }: RpcFailure): string {
  const data = {
    error_code: errorCode,
    ...(reason !== undefined && { reason }),
    ...(retryAfter !== undefined && { retry_after: retryAfter }),
  };
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code: codes[code], message, data } });
}

export function rpcAnswer(id: RpcId, failure: RpcFailure): StreamedAnswer {
  return {
    status: failure.status,
    headers: {
      'content-type': 'application/json',
      ...(failure.retryAfter !== undefined && { 'retry-after': String(failure.retryAfter) }),
    },
    body: rpcError(id, failure),
  };
}
