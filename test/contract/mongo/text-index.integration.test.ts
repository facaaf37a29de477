import { describe, expect, it } from 'vitest';
import { connect, type Doc, refusal } from './connect.ts';

describe('text index', () => {
  const server = connect();
  const texts = [
    { _id: 1, title: 'Running servers', body: 'How to run a server on one machine' },
    { _id: 2, title: 'Databases', body: 'The server of a database keeps documents' },
    { _id: 3, title: 'Cafés in Paris', body: 'Coffee, and nothing about machines' },
    { _id: 4, title: 'Untitled', tags: ['server', 'mixed bag'] },
  ];
  const searches: readonly [guarantee: string, search: string, found: number[]][] = [
    ['finds a word', 'documents', [2]],
    ['finds other forms of a word', 'runs', [1]],
    ['finds any of several words', 'coffee documents', [2, 3]],
    ['looks at neither case nor accents', 'CAFES', [3]],
    ['leaves out what is negated', 'server -database', [1, 4]],
    ['wants a phrase as it stands', '"one machine"', [1]],
    ['wants a phrase and takes words beside it', '"one machine" coffee', [1]],
    ['finds nothing for stop words', 'the of a', []],
    ['searches the strings of arrays', 'bag', [4]],
    ['does not find parts of words', 'docu', []],
  ];

  it.each(searches)('%s', async (_, search, found) => {
    const collection = await server.seeded(...texts);
    await collection.createIndex({ title: 'text', body: 'text', tags: 'text' });
    const results = await collection
      .find({ $text: { $search: search } })
      .sort({ _id: 1 })
      .toArray();
    expect(results.map(({ _id }) => _id)).toEqual(found);
  });

  it('scores by weight, and sorts and projects the score', async () => {
    const collection = await server.seeded(...texts);
    await collection.createIndex({ title: 'text', body: 'text' }, { weights: { title: 10 } });
    const found = await collection
      .find({ $text: { $search: 'server' } })
      .project({ score: { $meta: 'textScore' } })
      .sort({ score: { $meta: 'textScore' } })
      .toArray();
    // title: 10 × (0.5 × 1/2 + 0.5); body: 1 × (0.5 × 1/4 + 0.5) for "run server one machine"; and "server databas keep document".
    expect(found).toMatchObject([
      { _id: 1, title: 'Running servers', score: 7.5 + 0.625 },
      { _id: 2, score: 0.625 },
    ]);
    const [first] = await collection
      .aggregate([
        { $match: { $text: { $search: 'server' } } },
        { $sort: { score: { $meta: 'textScore' } } },
        { $project: { score: { $meta: 'textScore' } } },
      ])
      .toArray();
    expect(first).toEqual({ _id: 1, score: 8.125 });
  });

  it('goes together with other conditions', async () => {
    const collection = await server.seeded(...texts);
    await collection.createIndex({ title: 'text', body: 'text' });
    expect(await collection.countDocuments({ $text: { $search: 'server' }, _id: { $gt: 1 } } as Doc)).toBe(1);
  });

  it('follows updates and deletes', async () => {
    const collection = await server.seeded(...texts);
    await collection.createIndex({ title: 'text' });
    await collection.updateOne({ _id: 1 as never }, { $set: { title: 'Gardens' } });
    await collection.deleteOne({ _id: 2 as never });
    expect(await collection.countDocuments({ $text: { $search: 'running databases' } })).toBe(0);
    expect(await collection.countDocuments({ $text: { $search: 'garden' } })).toBe(1);
  });

  it('takes words as they are under default_language none', async () => {
    const collection = await server.seeded(...texts);
    await collection.createIndex({ title: 'text' }, { default_language: 'none' });
    expect(await collection.countDocuments({ $text: { $search: 'run' } })).toBe(0);
    expect(await collection.countDocuments({ $text: { $search: 'in' } })).toBe(1);
  });

  it('is needed for $text, and only one may be', async () => {
    const collection = await server.seeded(...texts);
    expect((await refusal(() => collection.find({ $text: { $search: 'x' } }).toArray())).code).toBe(27);
    await collection.createIndex({ title: 'text' });
    expect((await refusal(() => collection.createIndex({ body: 'text' }))).code).toBe(85);
  });
});
