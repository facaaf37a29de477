import http from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Collection } from 'mongodb';
import mysql from 'mysql2/promise';

/*
 * Points at which a process kills itself with SIGKILL: before and after whatever is sent to a store. The vendors' clients are wrapped, so a point stands between any two
 * statements of a transaction, before its COMMIT and after it; the product knows nothing of it.
 */

type Call = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** What changes nothing: whoever dies before it or after it leaves what they leave after the last change. */
export const isReading = (name: string): boolean =>
  / (SELECT\b|findOne$|GetCommand$|QueryCommand$|BatchGetCommand$|Redis$)/.test(name);

/** `killAt`: the number of the point to die at; without it the points are only counted. `isLeftOut` names those that are none. */
export function crashPoints(killAt: number | undefined, isLeftOut: (name: string) => boolean = () => false) {
  const names: string[] = [];

  function point(name: string): void {
    if (isLeftOut(name)) return;
    names.push(name);
    if (names.length !== killAt) return;
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment; nothing may happen in it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }

  /** Wraps a method of all instances. `describe` names the call; undefined for what changes nothing that anybody could lose. */
  function watch(prototype: object, method: string, describe: (args: readonly unknown[]) => string | undefined): void {
    const original = Reflect.get(prototype, method) as Call;
    Reflect.set(prototype, method, async function (this: unknown, ...args: unknown[]) {
      const name = describe(args);
      if (name === undefined) return original.apply(this, args);
      point(`before ${name}`);
      const result = await original.apply(this, args);
      point(`after ${name}`);
      return result;
    } satisfies Call);
  }

  /** From now on every statement, command and request of this process has its points. */
  function watchClients(): void {
    const { PromiseConnection } = mysql as unknown as { PromiseConnection: { prototype: object } };
    for (const method of ['execute', 'query']) watch(PromiseConnection.prototype, method, ([sql]) => sqlName(sql));
    for (const method of ['beginTransaction', 'commit', 'rollback'])
      watch(PromiseConnection.prototype, method, () => `MySQL ${method}`);
    for (const method of [
      'updateOne',
      'updateMany',
      'insertOne',
      'insertMany',
      'findOneAndUpdate',
      'deleteOne',
      'deleteMany',
      'bulkWrite',
      'findOne',
    ])
      watch(Collection.prototype, method, () => `MongoDB ${method}`);
    // All clients of AWS, DynamoDB's and SQS's among them, inherit the same method.
    watch(
      Object.getPrototypeOf(DynamoDBClient.prototype) as object,
      'send',
      ([command]) => `AWS ${(command as object).constructor.name}`,
    );
    const { request } = http;
    http.request = ((...args: Parameters<typeof request>) => {
      const { authorization } = (args[0] as { readonly headers?: http.OutgoingHttpHeaders }).headers ?? {};
      // The commands of AWS are points already.
      if (!String(authorization).startsWith('Bearer ')) return request(...args);
      point('before Redis');
      return request(...args).once('response', () => point('after Redis'));
    }) as typeof request;
  }

  return { names, watchClients };
}

/** The first words of a statement; a sign of life of the connection, sent now and then, is no point. */
function sqlName(sql: unknown): string | undefined {
  const text = typeof sql === 'string' ? sql : String((sql as { sql?: unknown }).sql);
  if (/^(DO 1|SET SESSION)/.test(text)) return undefined;
  const [verb, table] = [/^\s*\w+/.exec(text)?.[0].trim(), /\b(?:FROM|INTO|UPDATE)\s+(\w+)/i.exec(text)?.[1]];
  return `MySQL ${verb} ${table ?? ''}`.trim();
}
