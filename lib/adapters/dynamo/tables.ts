/** A DynamoDB table; the stacks and the local platform create every one of these. Keys are strings. */
export interface Table {
  /** The table's name is `mcp-<stage>-<suffix>`. */
  readonly suffix: string;
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Seconds since 1970 after which the item may be deleted: late, and never by dynalite, so readers look at it too. */
  readonly ttl: string;
}

/** Session families, the status of users and keys. */
export const sessionsTable = { suffix: 'trust', partitionKey: 'pk', ttl: 'expires_at' } as const satisfies Table;

/** Requests with an Idempotency-Key, tickets, and counters for when Redis is away. */
export const requestsTable = { suffix: 'requests', partitionKey: 'pk', ttl: 'expires_at' } as const satisfies Table;

/** The log of live events, open WebSockets and what they listen to. */
export const liveTable = {
  suffix: 'live',
  partitionKey: 'pk',
  sortKey: 'sk',
  ttl: 'expires_at',
} as const satisfies Table;

/** Webhook deliveries, and the secrets that they are verified with. */
export const deliveriesTable = {
  suffix: 'deliveries',
  partitionKey: 'pk',
  sortKey: 'sk',
  ttl: 'expires_at',
} as const satisfies Table;

export const tables: readonly Table[] = [sessionsTable, requestsTable, liveTable, deliveriesTable];

export function tableName(stage: string, { suffix }: Table): string {
  return `mcp-${stage}-${suffix}`;
}
