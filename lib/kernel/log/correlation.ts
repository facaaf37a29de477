import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from './log.ts';

/** What goes along with everything that one request causes: its id and its log. Never who is asking; that is an argument. */
export interface Correlation {
  readonly requestId: string;
  readonly log: Log;
  /** The address that the request came from; none for what a queue or the clock brought. */
  readonly sourceIp?: string;
  /** Makes the ids of a request that may be repeated: the same ones each time. */
  readonly ids?: () => string;
}

const storage = new AsyncLocalStorage<Correlation>();

export function correlated<T>(correlation: Correlation, work: () => T): T {
  return storage.run(correlation, work);
}

export function currentCorrelation(): Correlation | undefined {
  return storage.getStore();
}
