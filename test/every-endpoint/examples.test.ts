import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { discover } from '../../infra/discover.ts';
import { exampleOf } from '../../infra/local/example.ts';

/* `npm run invoke`, the documentation and the tests of the bundles use the examples that the schemas carry. */

const functions = await discover();

/** What a caller of the function has to send. */
function inputsOf(declaration: (typeof functions)[number]['declaration']): [what: string, schema: z.ZodType][] {
  if ('message' in declaration) return [['message', declaration.message]];
  if (!('route' in declaration)) return [];
  const { body, query } = declaration;
  return [
    ...(body ? [['body', body] as [string, z.ZodType]] : []),
    ...(query ? [['query', query] as [string, z.ZodType]] : []),
  ];
}

const inputs = functions.flatMap(({ id, declaration }) =>
  inputsOf(declaration).map(([what, schema]) => ({ id, what, schema })),
);

describe.each(inputs)('the $what of $id', ({ what, schema }) => {
  it('has an example that fits (write it with .meta({ example }) or .meta({ examples }))', () => {
    const example = what === 'query' ? stringsOf(exampleOf(schema)) : exampleOf(schema);
    expect(schema.safeParse(example).error?.issues ?? []).toEqual([]);
  });
});

/** A query comes as text. */
function stringsOf(example: unknown): unknown {
  return Object.fromEntries(Object.entries(example ?? {}).map(([name, value]) => [name, String(value)]));
}
