import { withoutAccents } from './words.ts';

/** What belongs to one language: how its words are cut to their stems, and which of them say nothing. */
export interface Language {
  readonly code: string;
  /** Words with digits stay as they are; accents go. */
  readonly stem: (word: string) => string;
  readonly stopWords: ReadonlySet<string>;
}

type Parts = readonly [
  iso3: string,
  stemmer: () => Promise<{ readonly stemmer: (word: string) => string }>,
  stopWords: () => Promise<{ readonly stopwords: readonly string[] }>,
];

/** Snowball's stemmers, by ISO 639-1. Each is loaded when a text of its language comes up: 2 KB and under a millisecond. */
const languages: Readonly<Record<string, Parts>> = {
  ar: ['arb', () => import('@orama/stemmers/arabic'), () => import('@orama/stopwords/arabic')],
  bg: ['bul', () => import('@orama/stemmers/bulgarian'), () => import('@orama/stopwords/bulgarian')],
  da: ['dan', () => import('@orama/stemmers/danish'), () => import('@orama/stopwords/danish')],
  de: ['deu', () => import('@orama/stemmers/german'), () => import('@orama/stopwords/german')],
  el: ['ell', () => import('@orama/stemmers/greek'), () => import('@orama/stopwords/greek')],
  en: ['eng', () => import('@orama/stemmers/english'), () => import('@orama/stopwords/english')],
  es: ['spa', () => import('@orama/stemmers/spanish'), () => import('@orama/stopwords/spanish')],
  fi: ['fin', () => import('@orama/stemmers/finnish'), () => import('@orama/stopwords/finnish')],
  fr: ['fra', () => import('@orama/stemmers/french'), () => import('@orama/stopwords/french')],
  hu: ['hun', () => import('@orama/stemmers/hungarian'), () => import('@orama/stopwords/hungarian')],
  it: ['ita', () => import('@orama/stemmers/italian'), () => import('@orama/stopwords/italian')],
  nl: ['nld', () => import('@orama/stemmers/dutch'), () => import('@orama/stopwords/dutch')],
  no: ['nob', () => import('@orama/stemmers/norwegian'), () => import('@orama/stopwords/norwegian')],
  pt: ['por', () => import('@orama/stemmers/portuguese'), () => import('@orama/stopwords/portuguese')],
  ro: ['ron', () => import('@orama/stemmers/romanian'), () => import('@orama/stopwords/romanian')],
  ru: ['rus', () => import('@orama/stemmers/russian'), () => import('@orama/stopwords/russian')],
  sv: ['swe', () => import('@orama/stemmers/swedish'), () => import('@orama/stopwords/swedish')],
  tr: ['tur', () => import('@orama/stemmers/turkish'), () => import('@orama/stopwords/turkish')],
};

/** A text whose language is not known, or has no stemmer: its words stay as they are. */
const unknownLanguage: Language = { code: 'und', stem: withoutAccents, stopWords: new Set() };

const loaded = new Map<string, Promise<Language>>();

/** The language of a code; the unknown one when it has no stemmer here. */
export function languageOf(code: string): Promise<Language> {
  const parts = Object.hasOwn(languages, code) ? languages[code] : undefined;
  if (!parts) return Promise.resolve(unknownLanguage);
  const known = loaded.get(code);
  if (known) return known;
  const loading = load(code, parts);
  loaded.set(code, loading);
  return loading;
}

async function load(code: string, [, stemmer, stopWords]: Parts): Promise<Language> {
  const [{ stemmer: stem }, { stopwords }] = await Promise.all([stemmer(), stopWords()]);
  return { code, stem: remembered(stem), stopWords: new Set([...stopwords, ...(code === 'en' ? ['a'] : [])]) };
}

/** ISO 639-3 → ISO 639-1, of the languages that have a stemmer. */
export const byIso3: ReadonlyMap<string, string> = new Map(
  Object.entries(languages).map(([code, [iso3]]) => [iso3, code]),
);

/** Words come again and again, and a stemmer takes longer than a look-up. */
function remembered(stem: (word: string) => string): (word: string) => string {
  const known = new Map<string, string>();
  return (word) => {
    let stemmed = known.get(word);
    if (stemmed !== undefined) return stemmed;
    if (known.size >= 20_000) known.clear();
    stemmed = withoutAccents((/\p{N}/u.test(word) ? '' : stem(word)) || word);
    known.set(word, stemmed);
    return stemmed;
  };
}
