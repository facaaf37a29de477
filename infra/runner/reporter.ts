import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportAnswer, RunnerReport } from '../../lib/deployments/runner-contract.ts';
import type * as z from 'zod';
import { TokenRefused } from './platform-client.ts';

const heartbeatEveryMs = 30_000;
const longestPauseMs = 10_000;

export type Snapshot = Omit<RunnerReport, 'seq' | 'at'>;

export interface ReporterOptions {
  readonly send: (report: RunnerReport) => Promise<z.output<typeof ReportAnswer>>;
  /** How things stand now. */
  readonly snapshot: () => Promise<Snapshot>;
  /** The platform no longer wants this replica, or no longer knows it. */
  readonly onStop: () => void;
  readonly warn: (line: string) => void;
  readonly heartbeatMs?: number;
}

/** Reports its state to the platform: at once after each change, and every 30 s. A report that failed is made again, with the state of that time. */
export class Reporter {
  readonly #options: ReporterOptions;
  #sequence = 0;
  #changes = 0;
  #reported = 0;
  #running: Promise<void> | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #over = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#heartbeat = setInterval(() => this.changed(), options.heartbeatMs ?? heartbeatEveryMs).unref();
  }

  changed(): void {
    if (this.#over) return;
    this.#changes += 1;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  /** Reports the last change, if that is possible within `withinMs`, and no more. */
  async end(withinMs: number): Promise<void> {
    clearInterval(this.#heartbeat);
    this.changed();
    await Promise.race([this.#running, sleep(withinMs, undefined, { ref: false })]);
    this.#over = true;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (this.#reported < this.#changes && !this.#over) {
      const upTo = this.#changes;
      this.#sequence += 1;
      try {
        const now = await this.#options.snapshot();
        const { stop } = await this.#options.send({ seq: this.#sequence, at: new Date().toISOString(), ...now });
        this.#reported = upTo;
        failures = 0;
        if (stop === true) this.#options.onStop();
      } catch (error) {
        if (error instanceof TokenRefused) {
          this.#over = true;
          this.#options.onStop();
          return;
        }
        failures += 1;
        if (failures === 1) this.#options.warn(`report not delivered: ${(error as Error).message}`);
        await sleep(Math.min(longestPauseMs, 250 * 2 ** failures), undefined, { ref: false });
      }
    }
  }
}
