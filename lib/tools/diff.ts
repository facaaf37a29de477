import jsonPatch, { type Operation } from 'fast-json-patch';
import type * as z from 'zod';
import type { JsonPatch } from './schema.ts';

interface Described {
  readonly name: string;
  readonly description: string;
  readonly status: string;
  readonly version: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** JSON Patch (RFC 6902) from one state of a tool to another. */
export function diffOf(from: Described | undefined, to: Described): z.output<typeof JsonPatch> {
  const operations: Operation[] = jsonPatch.compare(from ? pick(from) : {}, pick(to));
  return operations.map((operation) => operation as z.output<typeof JsonPatch>[number]);
}

function pick({ name, description, status, version, config }: Described): Described {
  return { name, description, status, version, config };
}
