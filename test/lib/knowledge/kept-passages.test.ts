import { expect, it } from 'vitest';
import type { PassageRecord } from '../../../lib/knowledge/ports.ts';
import { keptPassages } from '../../../lib/knowledge/search/kept-passages.ts';

const passage = (id: string, text = id) => ({ id, text }) as PassageRecord;

function storeOf(...present: string[]) {
  const asked: string[][] = [];
  const passages = async (ids: readonly string[]) => {
    asked.push([...ids]);
    return ids
      .toReversed()
      .filter((id) => present.includes(id))
      .map((id) => passage(id));
  };
  return { asked, passages };
}

it('reads a passage once, in the order of the ids, and leaves out what is gone', async () => {
  const store = storeOf('a', 'b', 'c');
  const read = keptPassages(store, 1_000_000);
  expect((await read(['b', 'gone', 'a'])).map(({ id }) => id)).toEqual(['b', 'a']);
  expect((await read(['a', 'c', 'gone', 'b'])).map(({ id }) => id)).toEqual(['a', 'c', 'b']);
  expect(await read(['a'])).toHaveLength(1);
  expect(store.asked).toEqual([
    ['b', 'gone', 'a'],
    ['c', 'gone'],
  ]);
});

it('keeps no more than it may', async () => {
  const ids = Array.from({ length: 100 }, (_, at) => `p${at}`);
  const store = storeOf(...ids);
  const read = keptPassages(store, 20_000);
  for (const id of ids) await read([id]);
  store.asked.length = 0;
  for (const id of ids) await read([id]);
  expect(store.asked.length).toBeGreaterThan(70);
  store.asked.length = 0;
  await read(ids.slice(-5));
  expect(store.asked).toEqual([]);
});
