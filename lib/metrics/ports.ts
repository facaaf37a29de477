/** One series' name and label values, in the order of its definition. */
export type Series = readonly [name: string, ...labels: string[]];

/** What a batch of report lines adds to a series. */
export interface Increment {
  readonly series: Series;
  /** A whole number, so that adding in any order gives the same. */
  readonly by: number;
  /** For series whose labels tenants choose: those that count as one, of which there may be 500; the others count in `overflow`. */
  readonly capped?: { readonly group: string; readonly overflow: Series };
}

/** How a schedule's last run ended. */
export interface ScheduleRun {
  readonly schedule: string;
  readonly at: Date;
  readonly outcome: 'completed' | 'failed';
  readonly ms: number;
}

/** Counters across all processes, in Redis. They start anew when Redis is flushed, which Prometheus takes for a reset. */
export interface MetricStore {
  /**
   * Adds a batch once, however often it is delivered.
   * @throws Error when Redis is away.
   */
  add(batchId: string, increments: readonly Increment[]): Promise<void>;
  /** Keeps the last run of each schedule. @throws Error when Redis is away. */
  keepRuns(runs: readonly ScheduleRun[]): Promise<void>;
  /** The last run of each schedule that has run since Redis was flushed; undefined when Redis is away. */
  lastRuns(): Promise<readonly ScheduleRun[] | undefined>;
  /** Every series, and since when it counts; undefined when Redis is away. */
  read(): Promise<
    { readonly since: Date | undefined; readonly values: readonly (readonly [Series, number])[] } | undefined
  >;
}

/** What is so now, in MySQL. */
export interface GaugeStore {
  read(): Promise<{
    readonly toolsByStatus: ReadonlyMap<string, number>;
    readonly activeDeployments: number;
    readonly unhealthyDeployments: number;
    readonly outboxEntries: number;
    readonly oldestOutboxEntry: Date | undefined;
  }>;
}
