import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type ApiDocument, breakingChanges, contractOf } from '../../infra/compare-api.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { openapiDocument } from '../../lib/kernel/http/openapi.ts';

/* What the check of the released API finds, and what it lets pass. */

interface Parts {
  readonly route?: 'POST /things' | 'PUT /things';
  readonly permission?: 'mcps:create' | 'mcps:delete' | 'public';
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly output?: z.ZodType;
  readonly status?: number;
}

const query = z.object({ page: z.string().optional(), sort: z.enum(['name', 'age']).optional() });
const body = z.strictObject({ name: z.string().max(10), size: z.int().optional() });
const output = z.object({ id: z.string(), size: z.int().nullable(), note: z.string() });

function api(parts: Parts = {}): ApiDocument {
  const { declaration } = endpoint({
    route: 'POST /things',
    summary: 'Make a thing',
    permission: 'mcps:create',
    query,
    body,
    output,
    run: () => ({}),
    ...parts,
  });
  const functions = [{ id: 'make-thing', subject: 'things', declaration }];
  return contractOf(openapiDocument(functions, '1') as unknown as ApiDocument);
}

const found = (parts: Parts) => breakingChanges(api(), api(parts)).join('\n');

describe('a breaking change of the API', () => {
  it.each([
    ['an operation that is gone', { route: 'PUT /things' }, /POST \/things is gone/],
    ['another permission', { permission: 'mcps:delete' }, /required mcps:create and requires mcps:delete/],
    ['a parameter that is gone', { query: query.omit({ page: true }) }, /query parameter page is gone/],
    [
      'a new parameter that is required',
      { query: query.extend({ x: z.string() }) },
      /query parameter x is new and required/,
    ],
    ['a value that is not taken any more', { query: query.extend({ sort: z.enum(['name']) }) }, /"age" is not valid/],
    ['a member that is required now', { body: body.extend({ size: z.int() }) }, /"size" is required now/],
    ['a member of the body that is gone', { body: body.omit({ size: true }) }, /"size" is gone/],
    ['a tighter bound', { body: body.extend({ name: z.string().max(9) }) }, /was 10 and is 9/],
    ['another type', { body: body.extend({ size: z.string().optional() }) }, /the type was integer and is string/],
    ['another status', { status: 201 }, /200 is not answered any more/],
    ['a member of the answer that is gone', { output: output.omit({ note: true }) }, /"note" is (gone|not required)/],
    [
      'a member that may be missing now',
      { output: output.extend({ note: z.string().optional() }) },
      /"note" is not required/,
    ],
    ['a member that may be null now', { output: output.extend({ note: z.string().nullable() }) }, /note.*x-nullable/],
    ['another type in the answer', { output: output.extend({ id: z.int() }) }, /the type was string and is integer/],
  ] as const)('is %s', (_what, parts, message) => {
    expect(found(parts as Parts)).toMatch(message);
  });

  it.each([
    ['a new optional parameter', { query: query.extend({ x: z.string().optional() }) }],
    ['a new optional member of the body', { body: body.extend({ x: z.object({ y: z.int() }).optional() }) }],
    ['a wider bound', { body: body.extend({ name: z.string().max(99) }) }],
    ['a member that is optional now', { body: body.extend({ name: z.string().max(10).optional() }) }],
    ['a new member of the answer', { output: output.extend({ x: z.string() }) }],
    ['a member that is never null any more', { output: output.extend({ size: z.int() }) }],
    ['no permission any more', { permission: 'public' }],
    ['another wording', { body: body.extend({ name: z.string().max(10).meta({ description: 'Other words' }) }) }],
  ] as const)('is not %s', (_what, parts) => {
    expect(found(parts as Parts)).toBe('');
  });
});
