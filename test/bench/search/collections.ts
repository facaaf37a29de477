import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Text {
  readonly title: string;
  readonly text: string;
}

/** Texts with queries and what people found relevant to them. */
export interface Collection {
  readonly name: string;
  readonly docs: readonly (Text & { readonly id: string })[];
  readonly queries: readonly { readonly id: string; readonly text: string }[];
  readonly qrels: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Answers the numbers of at most ten texts, best first. */
export type Search = (query: string) => Promise<readonly number[]>;

export function readCollections(): Collection[] {
  const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
  const files = ['cranfield', 'cacm'].map((name) => `${data}${name}.json`).filter((file) => existsSync(file));
  if (files.length === 0) process.stderr.write(`Left out: ${data} has no judged collections.\n`);
  return files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Collection);
}

/** Mean nDCG@10 with one grade of relevance. */
export async function ndcg({ docs, queries, qrels }: Collection, search: Search): Promise<number> {
  const judged = queries.filter(({ id }) => qrels[id] !== undefined);
  const gain = (rank: number): number => 1 / Math.log2(rank + 2);
  let sum = 0;
  for (const { id, text } of judged) {
    const relevant = qrels[id] ?? {};
    const isRelevant = (number: number): boolean => (relevant[docs[number]?.id ?? ''] ?? 0) > 0;
    const found = await search(text);
    const reached = found.reduce((dcg, number, at) => dcg + (isRelevant(number) ? gain(at) : 0), 0);
    const ideal = Array.from({ length: Math.min(10, Object.keys(relevant).length) }, (_, at) => gain(at));
    sum += reached / ideal.reduce((a, b) => a + b, 0);
  }
  return sum / judged.length;
}

/** Identifiers, each written into one of the texts, and the words that each is made of. */
export function withIdentifiers(texts: readonly Text[]) {
  const verbs = ['get', 'set', 'load', 'parse', 'find', 'open', 'close', 'merge', 'split', 'check'];
  const nouns = ['User', 'Config', 'Token', 'Stream', 'Buffer', 'Index', 'Session', 'Header', 'Query', 'Block'];
  const parts = ['Name', 'Size', 'Path'];
  const step = Math.floor(texts.length / 300);
  const identifiers = Array.from({ length: 300 }, (_, at) => {
    const words = [verbs[at % 10], nouns[Math.floor(at / 10) % 10], parts[Math.floor(at / 100)]].map(String);
    const written = at % 2 === 0 ? words.join('') : words.join('_').toLowerCase();
    return { written, words: words.join(' ').toLowerCase(), number: at * step };
  });
  const byNumber = new Map(identifiers.map(({ number, written }) => [number, written]));
  const planted = texts.map((text, number) => {
    const written = byNumber.get(number);
    return written === undefined ? text : { ...text, text: `${text.text} Call ${written} first.` };
  });
  return { identifiers, planted };
}

/**
 * About as many passages of some 230 words as are wanted, ten to a document: sentences of `installedSentences` in an order of their own (a fixed seed). Among every twenty stands
 * a judged text, so that a question of its collection is about few of many subjects, as questions are.
 */
export function* documentsOf(collections: readonly Collection[], passages: number): Generator<Text> {
  const judged = collections
    .flatMap(({ docs }) => docs.filter(({ title, text }) => title !== '' && text !== ''))
    .values();
  const sentences = installedSentences();
  let state = 20_261_125;
  const next = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return sentences[Math.floor((state / 2 ** 32) * sentences.length)] ?? '';
  };
  const title = (): string => next().split(' ').slice(0, 5).join(' ');
  for (let made = 0; made < passages; made += 10) {
    const sections = Array.from({ length: 10 }, () => {
      let [words, text] = [0, ''];
      while (words < 200) {
        const sentence = next();
        words += sentence.split(' ').length;
        text += `${sentence} `;
      }
      return `## ${title()}\n\n${text}`;
    });
    yield { title: title(), text: sections.join('\n\n') };
    const { value } = made % 20 === 0 ? judged.next() : {};
    if (value) yield value;
  }
}

/** What the READMEs and doc comments of all installed packages say, each sentence once: real texts on many subjects, which every clone has. */
function installedSentences(): string[] {
  const root = fileURLToPath(new URL('../../../node_modules/', import.meta.url));
  const texts = globSync('**/*.{md,d.ts}', { cwd: root })
    .toSorted()
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      if (file.endsWith('.md')) return text.split(/\n\s*\n/);
      return [...text.matchAll(/\/\*\*.*?\*\//gs)].map(([comment]) => comment.replace(/^\s*\/?\*+\/?/gm, ''));
    });
  const sentences = texts.flatMap((text) =>
    text
      .replace(/\s+/g, ' ')
      .trim()
      .split(/(?<=\.) /),
  );
  return [...new Set(sentences)].filter((sentence) => /^[A-Z].{40,600}\.$/.test(sentence));
}
