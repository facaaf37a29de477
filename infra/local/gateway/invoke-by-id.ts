import type { DiscoveredFunction } from '../../discover.ts';
import type { Head } from './answer.ts';
import type { Invoker } from './invoke.ts';
import { ResponseStream } from './streaming.ts';

/** Runs a function by its id. */
export type Invoke = (id: string, event: unknown) => Promise<unknown>;

/** What a stream wrote comes back as `{statusCode, headers, body}`. @throws Error for an unknown id. */
export function invokeById(functions: readonly DiscoveredFunction[], invoker: Invoker): Invoke {
  const byId = new Map(functions.map((target) => [target.id, target]));
  return async (id, event) => {
    const target = byId.get(id);
    if (target === undefined) throw new Error(`There is no function ${id}.`);
    return target.declaration.kind === 'stream' ? collect(invoker, target, event) : invoker.call(target, event);
  };
}

async function collect(invoker: Invoker, target: DiscoveredFunction, event: unknown): Promise<unknown> {
  const chunks: Buffer[] = [];
  let head: Head | undefined;
  const out = new ResponseStream({
    head: (read) => (head = read),
    body: (chunk, done) => {
      chunks.push(chunk);
      done();
    },
  });
  const written = new Promise<void>((resolve, reject) => {
    out.once('error', reject);
    out.once('close', resolve);
  });
  const ran = invoker.stream(target, event, out).then(() => out.end());
  await Promise.all([ran, written]);
  return {
    statusCode: head?.statusCode,
    headers: Object.fromEntries(head?.headers ?? []),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
