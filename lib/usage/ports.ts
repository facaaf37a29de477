/** One call through a deployed server's endpoint. */
export interface UsageRecord {
  /** Keys the record: a line that is folded twice counts once. */
  readonly id: string;
  /** What the client or the platform called the request: correlation alone. */
  readonly requestId: string;
  readonly toolId: string;
  readonly deploymentId: string;
  readonly userId: string;
  readonly apiKeyId: string | undefined;
  /** The MCP method. */
  readonly method: string;
  /** Of the server, for `tools/call`. */
  readonly toolName: string | undefined;
  readonly status: 'ok' | 'error';
  readonly errorCode: string | undefined;
  readonly durationMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly calledAt: Date;
}

interface CallMetrics {
  readonly requests_total: number;
  readonly avg_response_time_ms: number | null;
  /** Of the last 1,000 calls. */
  readonly p95_response_time_ms: number | null;
  /** 0–1; null before the first call. */
  readonly error_rate: number | null;
}

export type UsageGroup = 'day' | 'hour' | 'tool' | 'user';

export interface UsageFilter {
  readonly toolId: string | undefined;
  readonly deploymentId: string | undefined;
  readonly userId: string | undefined;
  /** Only calls that this user made, or that were made to their deployments. */
  readonly visibleTo: string | undefined;
  readonly from: Date;
  readonly to: Date;
}

export interface UsageSummary {
  readonly key: string;
  readonly slug?: string;
  readonly username?: string;
  readonly calls: number;
  readonly errors: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly bytes_in: number;
  readonly bytes_out: number;
}

export interface RunningTime {
  /** As that of the calls in the same group. */
  readonly key: string;
  readonly slug?: string;
  readonly username?: string;
  readonly hours: number;
  readonly vcpuHours: number;
  readonly gbHours: number;
}

/** Calls of deployed servers, in MySQL. */
export interface UsageStore {
  /** Records that are there already stay as they are. One that the store cannot hold is left out alone. @returns how many were left out. */
  append(records: readonly UsageRecord[]): Promise<number>;
  /** Notes when deployments were last called; moves forward, never back. */
  called(calls: ReadonlyMap<string, Date>): Promise<void>;
  metricsOf(deploymentId: string): Promise<CallMetrics>;
  /** Sums by group, in its order; one for all without a group. At most 1,000. */
  summary(filter: UsageFilter, group: UsageGroup | undefined): Promise<UsageSummary[]>;
  /** For how long the replicas of deployments ran within the filter's time, by group as `summary`. Remote servers run elsewhere. */
  running(filter: UsageFilter, group: UsageGroup | undefined): Promise<RunningTime[]>;
}
