/** How often one caller (or, where nobody is logged in, one address) may call one endpoint. Sliding window. */
export interface Limit {
  readonly requests: number;
  readonly windowSeconds: number;
  /** Counted per network address even for callers who are known. */
  readonly perAddress?: boolean;
  /** Counted in DynamoDB when Redis is away: for what must not be tried at will even then. */
  readonly vital?: boolean;
}

export function perMinute(requests: number): Limit {
  return { requests, windowSeconds: 60 };
}

/** For those who are not logged in yet; holds without Redis too. */
export function perMinutePerAddress(requests: number): Limit {
  return { requests, windowSeconds: 60, perAddress: true, vital: true };
}

export interface LimitState {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Seconds until the window has room again. */
  readonly resetSeconds: number;
}

/** Counts one request. Answers undefined when no counter can be reached: the request then goes uncounted. */
export interface Limiter {
  count(key: string, limit: Limit): Promise<LimitState | undefined>;
}

/** The contract's defaults: 120 reads or 60 writes a minute. */
export function defaultLimit(method: string): Limit {
  return perMinute(method === 'GET' ? 120 : 60);
}
