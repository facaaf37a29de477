import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectMysql, type Mysql } from '../../../../lib/adapters/mysql/connection.ts';
import { mysqlOutbox } from '../../../../lib/adapters/mysql/outbox.ts';
import { mysqlToolStore } from '../../../../lib/adapters/mysql/tools.ts';
import type { Cache } from '../../../../lib/kernel/cache.ts';
import { findPage } from '../../../../lib/tools/find-page.ts';
import { type ToolFilter, toolSorts, type ToolStore } from '../../../../lib/tools/ports.ts';
import { freshDatabase, type TestDatabase } from '../../../stores.ts';
import { insertAuthor, outboxEntry, toolRecord } from './tool-record.ts';

let database: TestDatabase;
let mysql: Mysql;
let tools: ToolStore;
let authorId: string;
beforeAll(async () => {
  database = await freshDatabase();
  mysql = connectMysql({ url: database.url, pool: 4 });
  tools = mysqlToolStore(mysql);
  authorId = await insertAuthor(mysql);
});
beforeEach(async () => {
  await mysql.execute('DELETE FROM mcp_tools');
  await mysql.execute('DELETE FROM outbox');
});
afterAll(async () => {
  await mysql.end();
  await database.drop();
});

const newTool = (slug: string, of: Partial<Parameters<typeof toolRecord>[0]> = {}) =>
  toolRecord({ slug, authorId, ...of });
const add = async (...of: ReturnType<typeof toolRecord>[]) => {
  await tools.insert(of, []);
};
const at = (day: number) => new Date(Date.UTC(2026, 0, day));
const all: ToolFilter = { status: undefined, authorId: undefined, search: undefined, sort: 'created_at' };
const firstPage = { offset: 0, limit: 20 };
const noCache: Cache = { remember: (_space, _key, _seconds, load) => load(), forget: async () => undefined };
const list = (filter: ToolFilter, window: { offset: number; limit: number }) =>
  findPage({ tools, cache: noCache }, filter, window);
const slugs = async (filter: Partial<ToolFilter>): Promise<string[]> =>
  (await list({ ...all, ...filter }, firstPage)).items.map(({ slug }) => slug);

test('gives back exactly what was stored, by id and by slug', async () => {
  const config = {
    servers: [
      { name: 'b', command: 'x' },
      { name: 'a', url: 'https://é.example/\u{1f600}' },
    ],
    $ref: null,
  };
  const tool = newTool('acme', { name: "O'Brien \\ \u{1f600}", description: 'two\nlines', config, status: 'active' });
  await add(tool);
  expect(await tools.find(tool.id)).toEqual(tool);
  expect(await tools.find('acme')).toEqual(tool);
  expect(JSON.stringify((await tools.find('acme'))?.config)).toBe(JSON.stringify(config));
});

test('refuses a second tool with the same slug, also when the first is deleted, and tells nobody', async () => {
  await add(newTool('acme', { deletedAt: new Date() }));
  const second = newTool('acme');
  await expect(tools.insert([second], [outboxEntry(second)])).rejects.toMatchObject({ type: 'slug-taken' });
  expect(await mysqlOutbox(mysql).ofTool(second.id)).toEqual([]);
});

test('finds a deleted tool only when asked for', async () => {
  await add(newTool('gone', { deletedAt: new Date(1000) }));
  expect(await tools.find('gone')).toBeUndefined();
  expect(await tools.find('gone', { includeDeleted: true })).toMatchObject({ slug: 'gone', deletedAt: new Date(1000) });
  expect(await slugs({})).toEqual([]);
});

test.each(['ACME', 'ünï', "x' OR '1'='1", '', 'a'.repeat(300), '019b76da-a800-7000-8000-00000000dead', '%'])(
  'finds nothing by %j',
  async (key) => {
    await add(newTool('acme'));
    expect(await tools.find(key)).toBeUndefined();
  },
);

test('a slug that looks like an id is found, an id comes first', async () => {
  const first = newTool('first');
  await add(first, newTool(first.id), newTool('019b76da-a800-7000-8000-000000000001'));
  expect(await tools.find(first.id)).toMatchObject({ slug: 'first' });
  expect(await tools.find('019b76da-a800-7000-8000-000000000001')).toBeDefined();
});

test('a change and what it tells become true together', async () => {
  const tool = newTool('acme');
  await add(tool);
  const changed = await tools.change('acme', (current) => {
    const next = {
      ...current,
      name: 'New',
      config: { servers: [{ name: 'a', command: 'b' }] },
      revision: 2,
      updatedAt: new Date(5000),
    };
    return { next, outbox: [outboxEntry(next)] };
  });
  expect(changed).toMatchObject({ name: 'New', revision: 2 });
  expect(await tools.find('acme')).toEqual(changed);
  expect(await mysqlOutbox(mysql).ofTool(tool.id)).toMatchObject([{ message: { revision: 2 } }]);
});

test('what the decision throws leaves the tool as it was', async () => {
  const tool = newTool('acme');
  await add(tool);
  const refused = tools.change('acme', () => {
    throw new RangeError('no');
  });
  await expect(refused).rejects.toThrow(RangeError);
  expect(await tools.find('acme')).toEqual(tool);
});

test('a decision for the same tool writes nothing', async () => {
  const tool = newTool('acme');
  await add(tool);
  expect(await tools.change('acme', (current) => ({ next: current, outbox: [] }))).toEqual(tool);
  expect(await tools.find('acme')).toEqual(tool);
});

const mustNotDecide = (): never => {
  throw new Error('was asked');
};

test('does not change what is missing or deleted', async () => {
  await add(newTool('gone', { deletedAt: new Date() }));
  expect(await tools.change('gone', mustNotDecide)).toBeUndefined();
  expect(await tools.change('missing', mustNotDecide)).toBeUndefined();
});

test('of changes at the same time none is lost', async () => {
  await add(newTool('acme'));
  const bump = () =>
    tools.change('acme', (current) => ({ next: { ...current, revision: current.revision + 1 }, outbox: [] }));
  await Promise.all(Array.from({ length: 12 }, bump));
  expect(await tools.find('acme')).toMatchObject({ revision: 13 });
});

test('sorts by every key, with the id for equals, and pages neither repeat nor skip', async () => {
  await add(
    newTool('t1', { name: 'beta', createdAt: at(3), updatedAt: at(4) }),
    newTool('t2', { name: 'Alpha', createdAt: at(1), updatedAt: at(9) }),
    newTool('t3', { name: 'alpha', createdAt: at(3), updatedAt: at(4) }),
    newTool('t4', { name: 'Gamma', createdAt: at(2), updatedAt: at(5) }),
  );
  expect(await slugs({ sort: 'created_at' })).toEqual(['t2', 't4', 't1', 't3']);
  expect(await slugs({ sort: 'updated_at' })).toEqual(['t1', 't3', 't4', 't2']);
  expect(await slugs({ sort: 'name' })).toEqual(['t2', 't3', 't1', 't4']);
  for (const sort of toolSorts) {
    const pages = [0, 1, 2, 3].map((offset) => list({ ...all, sort }, { offset, limit: 1 }));
    const paged = (await Promise.all(pages)).flatMap(({ items }) => items.map(({ slug }) => slug));
    expect(paged).toEqual(await slugs({ sort }));
    const opposite = sort.startsWith('-') ? sort.slice(1) : `-${sort}`;
    expect(paged.toReversed()).toEqual(await slugs({ sort: opposite as typeof sort }));
  }
});

test('counts all that match, also when the page is past the end', async () => {
  await add(newTool('a'), newTool('b'), newTool('c', { status: 'active' }));
  expect(await list(all, { offset: 0, limit: 2 })).toMatchObject({ total: 3, items: [{}, {}] });
  expect(await list(all, { offset: 20, limit: 20 })).toEqual({ items: [], total: 3 });
  expect(await list({ ...all, status: 'deprecated' }, firstPage)).toEqual({ items: [], total: 0 });
});

test('lists without configurations, by status and by author', async () => {
  const other = await insertAuthor(mysql);
  await add(newTool('a', { status: 'active' }), newTool('b', { status: 'active', authorId: other }), newTool('c'));
  expect(await slugs({ status: 'active' })).toEqual(['a', 'b']);
  expect(await slugs({ authorId: other })).toEqual(['b']);
  expect(await slugs({ status: 'draft', authorId: other })).toEqual([]);
  expect((await list(all, firstPage)).items[0]).not.toHaveProperty('config');
});

test('search finds words in name, slug and description without case, and all of them must occur', async () => {
  await add(
    newTool('acme-weather', { name: 'Forecasts', description: 'Rain and sun' }),
    newTool('other', { name: 'Weather Ünïted', description: '' }),
  );
  expect(await slugs({ search: 'WEATHER' })).toEqual(['acme-weather', 'other']);
  expect(await slugs({ search: 'weather  RAIN' })).toEqual(['acme-weather']);
  expect(await slugs({ search: 'ünïted' })).toEqual(['other']);
  expect(await slugs({ search: 'weather snow' })).toEqual([]);
  expect(await slugs({ search: '  ' })).toEqual(['acme-weather', 'other']);
});

test.each(['%', '_', '!', '\\', "'", '100%', 'a_b', '!%', '\u{1f600}', '?'])(
  'search takes %j literally',
  async (text) => {
    await add(newTool('plain', { name: 'axb 100x' }), newTool('match', { description: `x${text}y` }));
    expect(await slugs({ search: text })).toEqual(['match']);
  },
);

test('an outline says how long a list is and where its marks are, and a walk from a mark goes on behind it', async () => {
  await add(
    ...Array.from({ length: 11 }, (_, n) =>
      newTool(`o${n}`, { name: `n${n % 4}`, createdAt: at(1 + (n % 3)), updatedAt: at(1 + (n % 5)) }),
    ),
  );
  for (const sort of toolSorts) {
    const filter = { ...all, sort };
    const everyOne = (await list(filter, { offset: 0, limit: 20 })).items.map(({ slug }) => slug);
    const { total, marks } = await tools.outline(filter, 3);
    expect({ total, marks: marks.length }).toEqual({ total: 11, marks: 3 });
    for (const [index, after] of marks.entries()) {
      const items = await tools.walk(filter, { after, skip: 1, limit: 2, total });
      expect(items.map(({ slug }) => slug)).toEqual(everyOne.slice(3 * (index + 1) + 1, 3 * (index + 1) + 3));
    }
  }
  expect(await tools.outline({ ...all, search: 'n1' }, 3)).toEqual({ total: 3, marks: [] });
});
