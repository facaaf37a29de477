import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent } from 'aws-lambda';
import { type DiscoveredFunction, ofKind } from '../../discover.ts';
import type { Invoke } from './invoke-by-id.ts';
import { retry } from './retry.ts';
import { type Warn, warnOnStderr } from './warn.ts';

export interface LogSubscriptionOptions {
  readonly functions: readonly DiscoveredFunction[];
  readonly invoke: Invoke;
  readonly warn?: Warn;
  /** Before the second of four attempts; doubles. Default 500 ms. */
  readonly pauseMs?: number;
}

export interface LogSubscription {
  /** Takes one report line. Never waits: beyond 10,000 lines that nobody took yet, new ones are dropped. */
  write(line: string): void;
  /** Delivers what is left. */
  stop(): Promise<void>;
}

interface Entry {
  readonly line: string;
  readonly at: number;
}

const batchLines = 500;
const batchMs = 250;
const maxWaiting = 10_000;
const attempts = 4;

/** A CloudWatch Logs subscription: hands the functions' report lines, in order and in batches, to the functions that declare `report-lines`. */
export function createLogSubscription(options: LogSubscriptionOptions): LogSubscription {
  const { functions, invoke, warn = warnOnStderr, pauseMs = 500 } = options;
  const subscribers = ofKind(functions, 'event')
    .filter(({ declaration }) => declaration.on === 'report-lines')
    .map(({ id }) => id);
  const waiting: Entry[] = [];
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let delivered = Promise.resolve();

  function write(line: string): void {
    if (subscribers.length === 0) return;
    if (waiting.length >= maxWaiting) {
      if (dropped === 0) warn(`Report lines come faster than ${subscribers.join(', ')} takes them; some are dropped`);
      dropped += 1;
      return;
    }
    waiting.push({ line, at: Date.now() });
    if (waiting.length === batchLines) flush();
    else timer ??= setTimeout(flush, batchMs);
  }

  function flush(least = batchLines): void {
    clearTimeout(timer);
    timer = undefined;
    delivered = delivered.then(() => deliver(least));
  }

  /** A batch, and others while at least so many lines wait; what came meanwhile has its own timer. */
  async function deliver(least: number): Promise<void> {
    do {
      // A subscriber's own lines would call it again for ever.
      const batch = waiting.splice(0, batchLines).filter(({ line }) => !subscribers.includes(loggerOf(line)));
      if (dropped > 0) warn(`${dropped} report lines were dropped`);
      dropped = 0;
      if (batch.length > 0) await hand(batch);
    } while (waiting.length >= least);
  }

  async function hand(batch: readonly Entry[]): Promise<void> {
    const event = await logsEvent(batch);
    await Promise.all(
      subscribers.map((id) =>
        retry(attempts, pauseMs, () => invoke(id, event)).catch((error: unknown) =>
          warn(`${id} did not take ${batch.length} report lines; they are lost`, error),
        ),
      ),
    );
  }

  return {
    write,
    stop: async () => {
      flush(1);
      await delivered;
      clearTimeout(timer);
    },
  };
}

function loggerOf(line: string): string {
  if (!line.startsWith('{')) return '';
  try {
    const { logger } = JSON.parse(line) as { logger?: unknown };
    return typeof logger === 'string' ? logger : '';
  } catch {
    // A print that begins like a report line: the subscriber passes over it.
    return '';
  }
}

const compress = promisify(gzip);

async function logsEvent(entries: readonly Entry[]): Promise<CloudWatchLogsEvent> {
  const data: CloudWatchLogsDecodedData = {
    messageType: 'DATA_MESSAGE',
    owner: '000000000000',
    logGroup: '/aws/lambda/local',
    logStream: 'local',
    subscriptionFilters: ['report-lines'],
    logEvents: entries.map(({ line, at }) => ({ id: randomUUID(), timestamp: at, message: line })),
  };
  return { awslogs: { data: (await compress(JSON.stringify(data))).toString('base64') } };
}
