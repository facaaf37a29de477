import type { StreamedAnswer } from '../kernel/lambda/declaration.ts';

export type RpcId = string | number | null;

/** What is known of a client's message without changing it. */
export interface ReadMessage {
  /** null for a notification, an answer, a batch. */
  readonly id: RpcId;
  readonly method: string | undefined;
  /** Of the server, for `tools/call`. */
  readonly tool: string | undefined;
}

/** @returns undefined when the text is not JSON. */
export function readMessage(text: string): ReadMessage | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The client is told so.
    return undefined;
  }
  const message = asObject(parsed);
  const params = asObject(message['params']);
  const { id, method } = message;
  return {
    id: typeof id === 'string' || typeof id === 'number' ? id : null,
    method: typeof method === 'string' ? method : undefined,
    tool: method === 'tools/call' && typeof params['name'] === 'string' ? params['name'] : undefined,
  };
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** JSON-RPC codes: its own, and from the range that it leaves to servers. */
const codes = { parse: -32_700, session: -32_001, unavailable: -32_003, timeout: -32_004, upstream: -32_005 } as const;

export interface RpcFailure {
  readonly status: number;
  readonly code: keyof typeof codes;
  readonly errorCode: string;
  readonly message: string;
  readonly retryAfter?: number;
}

export const failures = {
  notJson: { status: 400, code: 'parse', errorCode: 'INVALID_REQUEST', message: 'The body is not JSON' },
  noSession: { status: 404, code: 'session', errorCode: 'NOT_FOUND', message: 'Session not found' },
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
  refused: {
    status: 502,
    code: 'upstream',
    errorCode: 'UPSTREAM_ERROR',
    message: 'The server refused the credentials that it was deployed with',
  },
} as const satisfies Record<string, RpcFailure>;

/** A JSON-RPC error that answers one message; `reason` is what its deployer may know. */
export function rpcError(id: RpcId, failure: RpcFailure, reason?: string): string {
  const { code, errorCode, message, retryAfter } = failure;
  const data = {
    error_code: errorCode,
    ...(reason !== undefined && { reason }),
    ...(retryAfter !== undefined && { retry_after: retryAfter }),
  };
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code: codes[code], message, data } });
}

export function rpcAnswer(id: RpcId, failure: RpcFailure, reason?: string): StreamedAnswer {
  return {
    status: failure.status,
    headers: {
      'content-type': 'application/json',
      ...(failure.retryAfter !== undefined && { 'retry-after': String(failure.retryAfter) }),
    },
    body: rpcError(id, failure, reason),
  };
}
