export type RequestId = string | number;

/** A JSON-RPC 2.0 message, looked into only as far as routing needs; what else it holds is passed on unread. */
export type Message =
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string; readonly params: Params }
  | { readonly kind: 'notification'; readonly method: string; readonly params: Params }
  | { readonly kind: 'response'; readonly id: RequestId | null; readonly result?: Params; readonly error?: RpcError };

export type Params = Readonly<Record<string, unknown>>;

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export const codes = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** The server behind the runner is not there. */
  serverDown: -32000,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
} as const;

/** Reads a parsed JSON value as a message; undefined when it is none. */
export function readMessage(value: unknown): Message | undefined {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params, result, error } = value;
  if (typeof method === 'string') {
    const read = isObject(params) ? params : {};
    if (id === undefined) return { kind: 'notification', method, params: read };
    return isId(id) ? { kind: 'request', id, method, params: read } : undefined;
  }
  if (!isId(id) && id !== null) return undefined;
  if (isObject(error)) return { kind: 'response', id, error: readError(error) };
  return isObject(result) ? { kind: 'response', id, result } : undefined;
}

export function requestText(id: RequestId, method: string, params: Params = {}): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

export function notificationText(method: string, params: Params = {}): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

export function resultText(id: RequestId, result: Params): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}

/** Without an id where the request's could not be read. */
export function errorText(id: RequestId | null | undefined, error: RpcError): string {
  return JSON.stringify({ jsonrpc: '2.0', ...(id === undefined || id === null ? {} : { id }), error });
}

export function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Requests carry what progress is told under in `_meta.progressToken`. */
export function progressTokenOf(params: Params): RequestId | undefined {
  const meta = params['_meta'];
  const token = isObject(meta) ? meta['progressToken'] : undefined;
  return isId(token) ? token : undefined;
}

export function isId(value: unknown): value is RequestId {
  return typeof value === 'string' || typeof value === 'number';
}

function readError({ code, message, data }: Params): RpcError {
  return {
    code: typeof code === 'number' ? code : codes.internal,
    message: typeof message === 'string' ? message : 'error without a message',
    ...(data === undefined ? {} : { data }),
  };
}
