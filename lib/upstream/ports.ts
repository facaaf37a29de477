/** One HTTP request to a server behind the platform. */
export interface UpstreamRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether the address came from a user: then every address that the name resolves to is checked while connecting. */
  readonly guarded: boolean;
  /** Until the head of the answer is there. */
  readonly headTimeoutMs: number;
  /** Until the whole answer is there. */
  readonly totalTimeoutMs?: number;
  /** Three where nothing is said. */
  readonly maxRedirects?: number;
  readonly signal?: AbortSignal;
}

export interface UpstreamAnswer {
  readonly status: number;
  /** Names in lower case; a repeated header is joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Must be read to its end or returned. Reading throws {@link UpstreamFailure} when the connection breaks or the signal fires. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Upstream {
  /** Follows redirects within the same origin, as long as they keep the method. @throws {@link UpstreamFailure} when there is no answer. */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
}

/**
 * `unsent`: the server has surely seen nothing of the request. `session-over`: it knows the request's session no more, so it has done nothing either.
 * `redirected`: it leads to another place.
 */
type FailureKind =
  | 'unsent'
  | 'session-over'
  | 'refused-address'
  | 'timeout'
  | 'broken'
  | 'redirected'
  | 'too-large'
  | 'refused';

/** A server did not answer, or not as a server does. The message is a sentence for its deployer. */
export class UpstreamFailure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'UpstreamFailure';
    this.kind = kind;
  }
}

/** Stands on a runner's refusal of what it has not begun because its replica is about to end: it may be sent to another one. */
export const drainingHeader = 'x-runner-draining';
