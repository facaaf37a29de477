import { describe, expect, it } from 'vitest';
import { connect, type Doc, refusal } from './connect.ts';

const doc = { _id: 1, a: 1, b: { c: 2, d: 3 }, items: [{ n: 1, m: 'x' }, { n: 2, m: 'y' }, 7], tags: ['p', 'q', 'r'] };

const projections: readonly [guarantee: string, projection: Doc, shaped: Doc][] = [
  ['nothing asked, everything given', {}, doc],
  ['includes fields and _id', { a: 1 }, { _id: 1, a: 1 }],
  ['leaves _id out', { a: true, _id: 0 }, { a: 1 }],
  ["keeps the document's order", { tags: 1, a: 1, _id: 0 }, { a: 1, tags: ['p', 'q', 'r'] }],
  ['excludes fields', { b: 0, items: 0, tags: 0 }, { _id: 1, a: 1 }],
  ['excludes _id alone', { _id: 0 }, { a: 1, b: doc.b, items: doc.items, tags: doc.tags }],
  ['includes dotted', { 'b.c': 1 }, { _id: 1, b: { c: 2 } }],
  ['includes through arrays, dropping scalars', { 'items.n': 1 }, { _id: 1, items: [{ n: 1 }, { n: 2 }] }],
  [
    'excludes through arrays, keeping scalars',
    { 'items.n': 0, b: 0, tags: 0, a: 0 },
    { _id: 1, items: [{ m: 'x' }, { m: 'y' }, 7] },
  ],
  ['copies a field', { copy: '$b.c' }, { _id: 1, copy: 2 }],
  ['leaves out what is not there', { nope: 1, 'b.nope': 1 }, { _id: 1, b: {} }],
];

const bad: readonly [projection: Doc, code: number][] = [
  [{ a: 1, b: 0 }, 31_254],
  [{ a: 0, b: 1 }, 31_253],
  [{ b: 1, 'b.c': 1 }, 31_249],
  [{ a: { $foo: 1 } }, 168],
  [{ a: {} }, 51_270],
];

describe('projection', () => {
  const server = connect();

  it.each(projections)('%s', async (_, projection, shaped) => {
    const collection = await server.seeded(doc);
    const found = await collection.findOne({}, { projection });
    expect(found).toEqual(shaped);
    expect(JSON.stringify(found)).toBe(JSON.stringify(shaped));
  });

  it.each(bad)('refuses %j', async (projection, code) => {
    const collection = await server.seeded(doc);
    expect((await refusal(() => collection.findOne({}, { projection }))).code).toBe(code);
  });
});
