import { randomUUID } from 'node:crypto';
import type { EventBridgeEvent } from 'aws-lambda';
import { type DiscoveredFunction, ofKind } from '../../discover.ts';
import type { Invoke } from './invoke-by-id.ts';
import { retry } from './retry.ts';
import { type Warn, warnOnStderr } from './warn.ts';

export interface EmitterOptions {
  readonly functions: readonly DiscoveredFunction[];
  readonly invoke: Invoke;
  readonly warn?: Warn;
  /** Before the second of three attempts; doubles. Default 1 s (AWS waits minutes). */
  readonly pauseMs?: number;
}

export interface EmittedEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
  readonly resources?: readonly string[];
}

/** EventBridge's default bus. Emitting resolves when every function whose rule matches has run; one that fails three times is given up with a warning. */
export function createEmitter({ functions, invoke, warn = warnOnStderr, pauseMs = 1_000 }: EmitterOptions) {
  const rules = ofKind(functions, 'event').flatMap(({ id, declaration: { on } }) =>
    on === 'report-lines' ? [] : [{ id, ...on }],
  );
  return async ({ source, 'detail-type': detailType, detail, resources = [] }: EmittedEvent): Promise<void> => {
    const event: EventBridgeEvent<string, unknown> = {
      version: '0',
      id: randomUUID(),
      'detail-type': detailType,
      source,
      account: '000000000000',
      time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
      region: 'us-east-1',
      resources: [...resources],
      detail,
    };
    const matching = rules.filter((rule) => rule.source === source && rule.detailType === detailType);
    await Promise.all(
      matching.map(({ id }) =>
        retry(3, pauseMs, () => invoke(id, event)).catch((error: unknown) =>
          warn(`${id} could not handle ${source} ${detailType}`, error),
        ),
      ),
    );
  };
}
