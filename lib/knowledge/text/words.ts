/** A word of a text, with the place where it stands (UTF-16 code units). */
export interface Word {
  readonly start: number;
  readonly end: number;
  /** As it stands, in lower case and one form of Unicode. */
  readonly whole: string;
  /** What it is made of: `getUserName` of get, user, name. A plain word is its own only part. */
  readonly parts: readonly string[];
}

const wordShape = /[\p{L}\p{M}\p{N}]+(?:[_.'’-][\p{L}\p{M}\p{N}]+)*/gu;
const joined = /[_.\-'’]/;
const camel = /\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}/u;
const camelCuts = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
const ascii = /^[ -~]*$/;
const plain = /^[a-z\d]+$/;
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Nobody searches for a longer one; what is longer is a blob. */
const longest = 64;

/** The words of a text, in order; a run of a script that sets no spaces is cut into its words and into pairs of characters. Linear in the text. */
export function* wordsOf(text: string): Generator<Word> {
  for (const match of text.matchAll(wordShape)) {
    const [found] = match;
    const start = match.index;
    // Most words, and then nothing else has to be looked for.
    if (plain.test(found)) yield asWritten(found.slice(0, longest), start, found.length);
    else if (unspaced.test(found)) yield* wordsOfRun(found, start);
    else {
      const parts = partsOf(found);
      if (parts.length > 0)
        yield { start, end: start + found.length, whole: folded(found).replaceAll('’', "'"), parts };
    }
  }
}

function partsOf(word: string): readonly string[] {
  if (!joined.test(word) && !camel.test(word)) return [folded(word)];
  return word
    .split(/[_.-]/)
    .flatMap(withoutApostrophes)
    .flatMap((part) => (camel.test(part) ? part.split(camelCuts) : [part]))
    .map((part) => folded(part));
}

/** l'homme → homme, user's → user, don't → don. */
function withoutApostrophes(part: string): readonly string[] {
  const pieces = part.split(/['’]/);
  return pieces.length === 1 ? pieces : pieces.filter(({ length }) => length > 2);
}

/** Lower case, in the form in which all ways of writing a character are one, and no longer than a word is. */
function folded(word: string): string {
  if (ascii.test(word)) return word.slice(0, longest).toLowerCase();
  return word.slice(0, longest).normalize('NFKC').toLowerCase().slice(0, longest).toWellFormed();
}

/** Latin letters without their accents: café is found as cafe. */
export function withoutAccents(word: string): string {
  if (ascii.test(word)) return word;
  return word
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');
}

let segmenter: Intl.Segmenter | undefined;

function* wordsOfRun(run: string, offset: number): Generator<Word> {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  // A long run is cut first: the segmenter keeps tables over all of it.
  for (let from = 0; from < run.length; from += 2000) {
    const piece = run.slice(from, from + 2000);
    const start = offset + from;
    for (const { segment, index, isWordLike } of segmenter.segment(piece))
      if (isWordLike && segment.length !== 2) yield single(segment, start + index);
    for (let at = 0; at + 1 < piece.length; at += 1) {
      const pair = piece.slice(at, at + 2);
      if (!joined.test(pair)) yield single(pair, start + at);
    }
  }
}

function single(text: string, start: number): Word {
  return asWritten(folded(text), start, text.length);
}

function asWritten(whole: string, start: number, length: number): Word {
  return { start, end: start + length, whole, parts: [whole] };
}
