import { type Block, blocksOf } from './blocks.ts';

/** A piece of a document that is found and cited as one. */
export interface SplitPassage {
  /** The headings above it, outermost first. */
  readonly headings: readonly string[];
  readonly text: string;
  /** Where it stands in the content, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** A passage ends at the first cut after this many words … */
const wantedWords = 220;
/** … and before this many, where it can be cut. */
const mostWords = 300;
/** Tables and code are not cut before they have this many characters. */
const mostWhole = 6000;
const mostSentence = 4000;
const longestHeading = 200;

/** Cuts a content at headings, then between blocks, then between sentences; identical passages come once. */
export function splitPassages(content: string): SplitPassage[] {
  const passages: SplitPassage[] = [];
  const headings: { level: number; title: string }[] = [];
  const seen = new Set<string>();
  let open: { start: number; end: number; words: number } | undefined;
  const close = (): void => {
    if (!open) return;
    const text = content.slice(open.start, open.end);
    const titles = headings.map(({ title }) => title);
    // Under another heading the same words say something else.
    const whole = [...titles, text].join('\n');
    if (text.trim() !== '' && !seen.has(whole)) {
      seen.add(whole);
      passages.push({ headings: titles, text, start: open.start, end: open.end });
    }
    open = undefined;
  };
  for (const block of blocksOf(content)) {
    if (block.kind === 'heading') {
      close();
      while ((headings.at(-1)?.level ?? 0) >= block.level) headings.pop();
      headings.push({ level: block.level, title: block.title.slice(0, longestHeading).toWellFormed() });
      continue;
    }
    for (const piece of piecesOf(content, block)) {
      const words = countWords(content, piece.start, piece.end);
      if (open && (open.words + words > mostWords || piece.end - open.start > mostWhole)) close();
      open = open ? { ...open, end: piece.end, words: open.words + words } : { ...piece, words };
      if (open.words >= wantedWords) close();
    }
  }
  close();
  if (passages.length > 0 || headings.length === 0) return passages;
  // Nothing but headings: they are the text.
  return cut(content, { start: 0, end: content.length }, mostWhole)
    .map(({ start, end }) => ({ headings: [], text: content.slice(start, end), start, end }))
    .filter(({ text }) => text.trim() !== '');
}

type Piece = Pick<Block, 'start' | 'end'>;

function piecesOf(content: string, { kind, start, end }: Block): Piece[] {
  if (kind !== 'paragraph')
    return end - start <= mostWhole ? [{ start, end }] : cut(content, { start, end }, mostWhole);
  if (end - start <= mostWhole && countWords(content, start, end) <= mostWords) return [{ start, end }];
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  // The segmenter looks at a window: its time and memory grow faster than the text.
  return cut(content, { start, end }, 20_000).flatMap((window) =>
    [...segmenter.segment(content.slice(window.start, window.end))].flatMap(({ index, segment }) => {
      const sentence = { start: window.start + index, end: window.start + index + segment.length };
      return segment.length <= mostSentence && countWords(content, sentence.start, sentence.end) <= mostWords
        ? [sentence]
        : cut(content, sentence, mostSentence / 2);
    }),
  );
}

/** Pieces of at most `most` characters, cut after a line or a space where there is one, never inside a character. */
function cut(content: string, { start, end }: Piece, most: number): Piece[] {
  const pieces: Piece[] = [];
  for (let from = start; from < end;) {
    let to = Math.min(end, from + most);
    if (to < end) {
      const line = content.lastIndexOf('\n', to - 1);
      const space = content.lastIndexOf(' ', to - 1);
      if (line > from + most / 2) to = line + 1;
      else if (space > from + most / 2) to = space + 1;
      else if (isLowSurrogate(content.charCodeAt(to))) to -= 1;
    }
    pieces.push({ start: from, end: to });
    from = to;
  }
  return pieces;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Runs between spaces; of scripts without spaces two characters count as one word. */
function countWords(text: string, start: number, end: number): number {
  let words = 0;
  let wide = 0;
  let inWord = false;
  for (let at = start; at < end; at += 1) {
    const unit = text.charCodeAt(at);
    const isSpace = unit <= 32 || unit === 0xa0;
    if (!isSpace && !inWord) words += 1;
    inWord = !isSpace;
    if (unit >= 0x2e80) wide += 1;
  }
  return words + wide / 2;
}
