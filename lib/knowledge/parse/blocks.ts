/** A piece of a text that is cut last of all, by its place (UTF-16 code units). */
export interface Block {
  readonly kind: 'heading' | 'paragraph' | 'code' | 'table';
  readonly start: number;
  readonly end: number;
  /** Of a heading: 1 to 6, and its text. */
  readonly level: number;
  readonly title: string;
}

/**
 * The blocks of Markdown or plain text, by its lines alone and in one pass: what a parser of all of Markdown makes of hostile nesting takes minutes.
 */
export function* blocksOf(text: string): Generator<Block> {
  let open: { kind: Block['kind']; start: number; end: number; marker?: string; lines: number } | undefined;
  const finished = (of: NonNullable<typeof open>): Block => ({ ...of, level: 0, title: '' });
  for (const { start, end } of linesOf(text)) {
    const line = text.slice(start, Math.min(end, start + 400));
    if (open?.marker !== undefined) {
      open.end = end;
      if (line.trim().startsWith(open.marker) && /^[`~]+\s*$/.test(line.trim())) {
        yield finished(open);
        open = undefined;
      }
      continue;
    }
    const marker = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    const heading = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/.exec(line);
    const underline = open?.kind === 'paragraph' && open.lines === 1 && /^ {0,3}(=+|-{3,})\s*$/.exec(line)?.[1];
    if (marker !== undefined) {
      if (open) yield finished(open);
      open = { kind: 'code', start, end, marker: marker.slice(0, 3), lines: 1 };
    } else if (heading) {
      if (open) yield finished(open);
      open = undefined;
      const title = (heading[2] ?? '').replace(/[ \t]+#+[ \t]*$/, '').trim();
      yield { kind: 'heading', start, end, level: heading[1]?.length ?? 1, title };
    } else if (open && underline) {
      const title = text.slice(open.start, open.end).trim();
      yield { kind: 'heading', start: open.start, end, level: underline.startsWith('=') ? 1 : 2, title };
      open = undefined;
    } else if (line.trim() === '' && end - start <= line.length) {
      if (open) yield finished(open);
      open = undefined;
    } else {
      const kind = /^\s*\|/.test(line) ? 'table' : 'paragraph';
      if (open && open.kind === kind) {
        open.end = end;
        open.lines += 1;
      } else {
        if (open) yield finished(open);
        open = { kind, start, end, lines: 1 };
      }
    }
  }
  if (open) yield finished(open);
}

function* linesOf(text: string): Generator<{ start: number; end: number }> {
  for (let start = 0; start < text.length;) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed;
    yield { start, end: end > start && text[end - 1] === '\r' ? end - 1 : end };
    start = end + 1;
  }
}
