/** How much a person has of something, and how much there is altogether. */
export interface Count {
  readonly person: number;
  readonly total: number;
}

/** What is counted in MySQL. */
export interface QuotaCounts {
  tools(userId: string): Promise<Count>;
  apiKeys(userId: string): Promise<Count>;
  connections(userId: string): Promise<Count>;
  /** Deployments that are not over, without those of `exceptToolId`, and the replicas that they ask for. */
  deployments(
    userId: string,
    exceptToolId?: string,
  ): Promise<{ readonly deployments: Count; readonly replicas: Count }>;
  /** What the tasks of this UTC day have cost so far, in US dollars. */
  costToday(userId: string, prices: Prices): Promise<Count>;
}

/** US dollars per hour. */
export interface Prices {
  readonly vcpu: number;
  readonly gigabyte: number;
}

/** Locks that a process which dies leaves behind for some seconds at most. */
export interface LockStore {
  /** @returns a token; undefined when somebody else has it. */
  acquire(key: string, leaseMs: number): Promise<string | undefined>;
  release(key: string, token: string): Promise<void>;
}

/** Streams and sockets that are open now. */
export interface OpenConnections {
  /** Registers one, for `ttlMs` at most. */
  enter(kind: 'streams' | 'sockets', userId: string, id: string, ttlMs: number): Promise<void>;
  leave(kind: 'streams' | 'sockets', id: string): Promise<void>;
  /** Takes out the stream that a person opened first. */
  leaveOldest(kind: 'streams', userId: string): Promise<void>;
  /** Whether it has neither left nor been taken out. */
  has(kind: 'streams' | 'sockets', id: string): Promise<boolean>;
  count(kind: 'streams' | 'sockets', userId: string): Promise<Count>;
}
