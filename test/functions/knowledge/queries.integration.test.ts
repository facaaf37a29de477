import { describe, expect, it } from 'vitest';
import { startApp } from '../../harness.ts';
import { eventually } from './eventually.ts';

const app = await startApp();
const user = await app.signUp();
const path = '/api/v1/knowledge';

interface Result {
  readonly title: string;
  readonly content_snippet: string;
  readonly similarity_score: number;
  readonly explanation?: { readonly lexical: number };
  readonly position: { readonly start: number; readonly end: number; readonly heading?: string };
}

async function add(title: string, content: string, metadata: object = {}): Promise<string> {
  const { status, body } = await app.call('POST', `${path}/documents`, {
    token: user.token,
    json: { title, content, metadata },
  });
  expect(status).toBe(201);
  return String(body['document_id']);
}

async function search(query: string, more: object = {}) {
  const json = { query, ...more };
  const { status, body, text } = await app.call('POST', `${path}/search`, { token: user.token, json });
  expect(status, text).toBe(200);
  return body as { results: Result[]; total: number; corrected?: Record<string, string>; query_time_ms: number };
}

const titles = async (query: string): Promise<string[]> => (await search(query)).results.map(({ title }) => title);

await add(
  'German',
  'Die Häuser der Städte stehen an den Flüssen, und die Kinder spielen in den Gärten hinter den Häusern.',
  {
    language: 'de',
  },
);
await add(
  'Russian',
  'Большие города стоят на берегах широких рек, а дети играют в зелёных садах за домами своих родителей.',
);
await add('Japanese', '東京は日本の首都です。多くの人々がこの都市に住んでいます。');
await add('Chinese', '北京是中国的首都，人工智能正在改变我们的生活方式和工作方式。');
await add(
  'French',
  'L’élève a mangé un café liégeois près de la fenêtre, puis les élèves sont partis en courant vers la gare.',
);
await add(
  'Code',
  'Call `getUserName()` or read `api_key` from the constructor; __proto__ and toString are ordinary words.',
);
await add(
  'Markup',
  `<script>alert("x")</script> & <b>wallaby</b> ${'stone '.repeat(200)} 😀 wallaby &amp; **bold** wallaby`,
);
await eventually(async () => {
  const { body } = await app.call('GET', `${path}/status`, { token: user.token });
  return (body['documents'] as { pending: number }).pending === 0 ? true : undefined;
});

describe('a query', () => {
  const kilobytes10 = 'proxy deploy server '.repeat(500);
  it.each([
    ['of 10 KB', kilobytes10],
    ['of 10 KB without a space', 'x'.repeat(10_000)],
    ['of 2,000 different words', Array.from({ length: 2000 }, (_, at) => `w${at}`).join(' ')],
    ['of operators alone', '"" - * "*" -"" ---- **** "-'],
    ['with a quote that is not closed', '"never closed -x* "'],
    ['of 2,000 exclusions', '-word '.repeat(2000)],
    ['of 2,000 prefixes', Array.from({ length: 2000 }, (_, at) => `pre${at}*`).join(' ')],
    ['of signs without words', '!@#$%^&()[]{};:\'",.<>/?\\|`~'],
    ['of emoji', '😀👩‍👩‍👧‍👦🏳️‍🌈'],
    ['of combining marks', `e${'\u0301'.repeat(5000)}`],
    ['from right to left', '\u202Eevil\u202C שלום مرحبا'],
    ['of names that objects have', '__proto__ constructor toString hasOwnProperty valueOf'],
    ['of regular expressions', '(a+)+$ .*{1,9999} [[:alpha:]]'],
    ['of a query language', '{"$where": "sleep(1000)"} OR 1=1; DROP TABLE x -- title:foo^5 ~2'],
    ['of 5,000 characters without spaces between words', '東京都の人口'.repeat(800)],
  ])('%s is answered', async (_what, query) => {
    const { results, total } = await search(query, { explain: true });
    expect(results.length).toBeLessThanOrEqual(total);
    for (const { similarity_score: score } of results) expect(score > 0 && score <= 1).toBe(true);
    const again = await search(query, { explain: true });
    expect(again.results).toEqual(results);
  });

  it('that is blank, too long or not well-formed is refused', async () => {
    for (const query of [' ', '', 'x'.repeat(20_001), '\ud800']) {
      const raw = JSON.stringify({ query });
      const headers = { 'content-type': 'application/json' };
      const { status } = await app.call('POST', `${path}/search`, { token: user.token, raw, headers });
      expect(status).toBe(422);
    }
  });

  it.each([
    ['haus', 'German'],
    ['город', 'Russian'],
    ['東京', 'Japanese'],
    ['人工智能', 'Chinese'],
    ['élève', 'French'],
    ['eleve', 'French'],
    ['user name', 'Code'],
    ['getUserName', 'Code'],
    ['api key', 'Code'],
    ['constructor', 'Code'],
  ])('%s finds the text in its language, or the identifier', async (query, title) => {
    expect((await titles(query))[0]).toBe(title);
  });

  it('is corrected where a word occurs nowhere, and says so, unless it is quoted', async () => {
    const { corrected, results } = await search('walaby');
    expect([corrected, results[0]?.title]).toEqual([{ walaby: 'wallaby' }, 'Markup']);
    expect(await search('"walaby"')).toMatchObject({ total: 0 });
  });

  it('leaves out, completes and demands words that follow each other', async () => {
    expect(await titles('首都 -東京')).toEqual(['Chinese']);
    expect(await titles('wallab*')).toEqual(['Markup']);
    expect(await titles('"ordinary words"')).toEqual(['Code']);
    expect(await titles('"words ordinary"')).toEqual([]);
  });
});

describe('a snippet', () => {
  it('is text of at most 500 characters with its matches marked, cut at characters', async () => {
    const { results } = await search('wallaby', { limit: 100 });
    for (const { content_snippet: snippet } of results) {
      expect(snippet.length).toBeLessThanOrEqual(500);
      expect(snippet.isWellFormed()).toBe(true);
      expect(snippet).toContain('**wallaby**');
      // What the document holds stays what it is: who shows it on a page escapes it as any other text.
      expect(snippet).not.toMatch(/&lt;|&gt;/);
    }
  });

  it('marks words as one that touch in a script without spaces', async () => {
    const [hit] = (await search('人工智能')).results;
    expect(hit?.content_snippet).toContain('**人工智能**');
  });

  it('of every cut of a text with wide characters is well-formed', async () => {
    await add('Wide', `${'😀'.repeat(300)} bandicoot ${'👩‍👩‍👧'.repeat(300)}`);
    const [hit] = (await search('bandicoot')).results;
    expect(hit?.content_snippet).toContain('**bandicoot**');
    expect(hit?.content_snippet.isWellFormed()).toBe(true);
    expect(hit?.content_snippet.length).toBeLessThanOrEqual(500);
  });

  it('stands where `position` says', async () => {
    const content = '# One\n\nFirst.\n\n## Two\n\nThe potoroo hops.';
    const id = await add('Placed', content);
    const { results } = await search('potoroo', { filters: { document_id: id } });
    const { start = 0, end = 0, heading } = results[0]?.position ?? {};
    expect([content.slice(start, end), heading]).toEqual(['The potoroo hops.', 'One › Two']);
  });
});

it('a document is its owner’s and its own, whatever its metadata say', async () => {
  const other = '00000000-0000-7000-8000-000000000001';
  const id = await add('Claims', 'The numbat eats termites.', { owner_id: other, document_id: other });
  const found = async (filters: object) => (await search('numbat', { filters })).total;
  expect(await found({ owner_id: user.id, document_id: id })).toBe(1);
  expect([await found({ owner_id: other }), await found({ document_id: other })]).toEqual([0, 0]);
});

it('a search by words explains a score by what its words score', async () => {
  await add('Scored', 'The bilby digs; a bilby burrows.');
  const [hit] = (await search('bilby burrows', { explain: true })).results;
  expect(hit?.similarity_score).toBeGreaterThan(0);
  expect(hit?.explanation?.lexical).toBe(hit?.similarity_score);
});
