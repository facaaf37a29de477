/** An answer as it is kept, for 24 h. */
export interface KeptAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The right to run a request, held until it is answered or its time is up. */
export interface Claim {
  readonly key: string;
  readonly fingerprint: string;
  /** The same for every run of this request; ids are made from it. */
  readonly seed: string;
  readonly firstRunAt: Date;
  /** Distinguishes this run from one that takes over. */
  readonly run: string;
}

export type Claimed =
  | { readonly state: 'ours'; readonly claim: Claim }
  | { readonly state: 'running'; readonly retrySeconds: number }
  | { readonly state: 'answered'; readonly answer: KeptAnswer | 'too-large' }
  /** The key came with another request before. */
  | { readonly state: 'different' };

/**
 * Requests that carry an Idempotency-Key, for 24 h: single-key conditional writes.
 * Every method @throws Problem `service-unavailable`.
 */
export interface IdempotencyStore {
  /** Claims a request that nobody runs now; `leaseMs` from now a run is over, with an answer or without. */
  claim(key: string, fingerprint: string, leaseMs: number): Promise<Claimed>;
  /** Of an answer that has more than 350 KB when it is packed, only that there was one. */
  keep(claim: Claim, answer: KeptAnswer): Promise<void>;
  /** Lets the same request run again at once, with the same ids. */
  release(claim: Claim): Promise<void>;
}
