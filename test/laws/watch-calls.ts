import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { AbstractCursor, Collection } from 'mongodb';
import mysql from 'mysql2/promise';
import type { DiscoveredFunction } from '../../infra/discover.ts';

/* Which run of a function sends what to a store, seen at the vendors' clients, so that the product knows nothing of it. */

type Call = (this: unknown, ...args: unknown[]) => unknown;

interface Run {
  readonly name: string;
  readonly underWay: Set<{ readonly what: string; readonly mayBeLeftAt: number }>;
  hasAnswered: boolean;
}

const inMongo = [
  'updateOne',
  'updateMany',
  'insertOne',
  'insertMany',
  'findOneAndUpdate',
  'deleteOne',
  'deleteMany',
  'bulkWrite',
  'findOne',
  'countDocuments',
];

export interface CallWatch {
  /** What broke the law, in the order in which it was seen. */
  readonly breaches: readonly string[];
  /** Runs that sent something to a store, and what, in order. */
  readonly sent: ReadonlyMap<string, readonly string[]>;
  /** Runs a function; what it sends from then on is its own. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Notes something that a run does besides calls of stores. */
  did(what: string): void;
}

/** The same function, its runs watched. */
export function watched(calls: CallWatch, target: DiscoveredFunction): DiscoveredFunction {
  const handler = target.handler as unknown as (...args: unknown[]) => Promise<unknown>;
  const run = (...args: unknown[]): Promise<unknown> => calls.run(target.id, () => handler(...args));
  return { ...target, handler: Object.assign(run, { declaration: target.declaration }) };
}

/** Wraps the clients of this process. `cache`: where it is asked, and after how long it is left behind, because anybody can do without. */
export function watchCalls(cache?: { readonly port: string; readonly deadlineMs: number }): CallWatch {
  const current = new AsyncLocalStorage<Run>();
  const breaches: string[] = [];
  const sent = new Map<string, string[]>();

  const begin = (what: string, mayBeLeftAfterMs = Infinity): (() => void) => {
    const run = current.getStore();
    if (run === undefined) return () => undefined;
    sent.set(run.name, [...(sent.get(run.name) ?? []), what]);
    if (run.hasAnswered) breaches.push(`${run.name}: ${what} after the answer`);
    const call = { what, mayBeLeftAt: performance.now() + mayBeLeftAfterMs };
    run.underWay.add(call);
    return () => void run.underWay.delete(call);
  };

  function watch(prototype: object, method: string, describe: (args: readonly unknown[]) => string | undefined): void {
    const original = Reflect.get(prototype, method) as Call;
    Reflect.set(prototype, method, function (this: unknown, ...args: unknown[]) {
      const what = describe(args);
      if (what === undefined) return original.apply(this, args);
      const end = begin(what);
      const result = original.apply(this, args);
      if (result instanceof Promise) result.then(end, end);
      else end();
      return result;
    } satisfies Call);
  }

  const { PromiseConnection } = mysql as unknown as { PromiseConnection: { prototype: object } };
  for (const method of ['execute', 'query']) watch(PromiseConnection.prototype, method, ([sql]) => statementOf(sql));
  for (const method of ['commit', 'rollback']) watch(PromiseConnection.prototype, method, () => `MySQL ${method}`);
  for (const method of inMongo) watch(Collection.prototype, method, () => `MongoDB ${method}`);
  for (const method of ['next', 'toArray']) watch(AbstractCursor.prototype, method, () => 'MongoDB find');
  const awsClient = Object.getPrototypeOf(DynamoDBClient.prototype) as object;
  watch(awsClient, 'send', ([command]) => `AWS ${(command as object).constructor.name}`);
  watch(globalThis, 'fetch', () => 'fetch');
  // What DynamoDB and Redis are asked in every request goes by Node's own client.
  const { request } = http;
  http.request = ((...args: Parameters<typeof request>) => {
    const port = String((args[0] as http.RequestOptions).port);
    const end = begin(`POST to ${port}`, port === cache?.port ? cache.deadlineMs : undefined);
    return request(...args)
      .once('response', (response) => response.once('end', end))
      .once('close', end);
  }) as typeof request;

  return {
    breaches,
    sent,
    run: async (name, work) => {
      const run: Run = { name, underWay: new Set(), hasAnswered: false };
      try {
        return await current.run(run, work);
      } finally {
        run.hasAnswered = true;
        for (const { what, mayBeLeftAt } of run.underWay)
          if (performance.now() < mayBeLeftAt) breaches.push(`${name}: ${what} was under way at the answer`);
      }
    },
    did: (what) => {
      const run = current.getStore();
      if (run?.hasAnswered) breaches.push(`${run.name}: ${what} after the answer`);
    },
  };
}

/** The first word of a statement; a connection's own signs of life belong to no run. */
function statementOf(sql: unknown): string | undefined {
  const text = typeof sql === 'string' ? sql : String((sql as { sql?: unknown }).sql);
  return /^(DO 1|SET SESSION)/.test(text) ? undefined : `MySQL ${/\w+/.exec(text)?.[0]}`;
}
