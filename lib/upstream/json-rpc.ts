/*
 * JSON-RPC 2.0 as MCP uses it: one set of types, codes and texts for the proxy, the JSON endpoints, the probe and the runner.
 */

export type RequestId = string | number;
export type Params = Readonly<Record<string, unknown>>;

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A message, looked into only as far as routing needs; what else it holds is passed on unread. */
export type Message =
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string; readonly params: Params }
  | { readonly kind: 'notification'; readonly method: string; readonly params: Params }
  | { readonly kind: 'response'; readonly id: RequestId | null; readonly result?: unknown; readonly error?: RpcError };
export type Request = Extract<Message, { kind: 'request' }>;
export type Response = Extract<Message, { kind: 'response' }>;

/** The largest single message of a server that is carried, in bytes. Everything that reads servers' answers keeps to it. */
export const maxMessageBytes = 32 * 1024 * 1024;

/** JSON-RPC's own codes, those of MCP, and ours from the range that JSON-RPC leaves to servers. */
export const codes = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  /** The server behind the runner is not there. */
  serverDown: -32_000,
  noSession: -32_001,
  resourceNotFound: -32_002,
  unavailable: -32_003,
  timeout: -32_004,
  upstream: -32_005,
  loop: -32_006,
  headerMismatch: -32_020,
  missingCapability: -32_021,
  unsupportedVersion: -32_022,
  urlElicitation: -32_042,
} as const;

/** Reads a parsed JSON value as a message of a client; undefined when it is none. */
export function readMessage(value: unknown): Message | undefined {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params, error } = value;
  if (typeof method === 'string') {
    const read = isObject(params) ? params : {};
    if (id === undefined) return { kind: 'notification', method, params: read };
    return isId(id) ? { kind: 'request', id, method, params: read } : undefined;
  }
  if (!isId(id) && id !== null) return undefined;
  if (isObject(error)) return { kind: 'response', id, error: readError(error) };
  return 'result' in value ? { kind: 'response', id, result: value['result'] } : undefined;
}

/**
 * Reads a parsed JSON value as a message of a server. Legal JSON-RPC passes whatever its result is; an object that names a request and is no legal
 * answer is read as an answer with error -32603 that says what is wrong with it, so that nobody waits for another one.
 * @returns undefined when it is no message at all; `malformed` with what is to be passed on in place of the server's text.
 */
export function readServerMessage(
  value: unknown,
): { readonly message: Message; readonly malformed: boolean } | undefined {
  if (!isObject(value)) return undefined;
  if (typeof value['method'] === 'string') {
    const message = readMessage({ ...value, jsonrpc: '2.0' });
    return message && { message, malformed: value['jsonrpc'] !== '2.0' };
  }
  const { id } = value;
  if (!isId(id) && id !== null) return undefined;
  const fault = faultOfAnswer(value);
  if (fault === undefined) {
    const message = readMessage(value);
    if (message) return { message, malformed: false };
  }
  if (!('result' in value) && !('error' in value) && value['jsonrpc'] !== '2.0') return undefined;
  const error = { code: codes.internal, message: `The server's answer is not JSON-RPC 2.0: ${fault ?? 'unreadable'}` };
  return { message: { kind: 'response', id, error }, malformed: true };
}

function faultOfAnswer(value: Params): string | undefined {
  const { jsonrpc, error, id } = value;
  if (jsonrpc !== '2.0') return 'its member "jsonrpc" is not "2.0"';
  if (id === null) return 'its id is null';
  const hasResult = 'result' in value;
  // A null error beside a result is how some serialisers write "no error".
  if (error === undefined || (error === null && hasResult)) {
    return hasResult ? undefined : 'it has neither a result nor an error';
  }
  if (hasResult && value['result'] !== null) return 'it has both a result and an error';
  if (!isObject(error)) return 'its error is not an object';
  if (typeof error['code'] !== 'number') return 'its error has no code';
  return typeof error['message'] === 'string' ? undefined : 'its error has no message';
}

export function requestText(id: RequestId, method: string, params: Params = {}): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

export function notificationText(method: string, params: Params = {}): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

export function resultText(id: RequestId, result: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}

/** Without an id where the request's could not be read. */
export function errorText(id: RequestId | null | undefined, error: RpcError): string {
  return JSON.stringify({ jsonrpc: '2.0', ...(id === undefined || id === null ? {} : { id }), error });
}

/** The answer of a client that has no capabilities to what a server asks it. */
export function refusalText(id: RequestId, method: string): string {
  return method === 'ping'
    ? resultText(id, {})
    : errorText(id, { code: codes.methodNotFound, message: `${method} is not supported here` });
}

export function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isId(value: unknown): value is RequestId {
  return typeof value === 'string' || typeof value === 'number';
}

/** What progress of a request is reported under: `_meta.progressToken`. */
export function progressTokenOf(params: Params): RequestId | undefined {
  const meta = params['_meta'];
  const token = isObject(meta) ? meta['progressToken'] : undefined;
  return isId(token) ? token : undefined;
}

function readError({ code, message, data }: Params): RpcError {
  return {
    code: typeof code === 'number' ? code : codes.internal,
    message: typeof message === 'string' ? message : 'error without a message',
    ...(data === undefined ? {} : { data }),
  };
}
