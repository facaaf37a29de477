import { parse } from 'parse5';

/** What comes out of a file. */
export interface ParsedText {
  readonly content: string;
  readonly title: string | undefined;
  /** Where each page begins, for files that have pages. */
  readonly pages?: readonly number[];
  /** What was left out, for the uploader to read. */
  readonly notes: readonly string[];
}

interface Node {
  readonly nodeName: string;
  readonly value?: string;
  readonly childNodes?: readonly Node[];
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
}

const skipped = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'svg',
  'head',
  'iframe',
  'object',
  'select',
  'nav',
]);
const blocks = new Set(
  'address article aside blockquote dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table tr ul br'.split(
    ' ',
  ),
);

/**
 * The text of a page as Markdown in small: headings, paragraphs, items, code, tables. Walks without recursion, since the nesting is the sender's; what the page hides is left out.
 */
export function readHtml(html: string): ParsedText {
  const out: string[] = [];
  let title: string | undefined;
  let pre = 0;
  const stack: (Node | (() => void))[] = [parse(html)];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'function') {
      next();
      continue;
    }
    const { nodeName: name, childNodes = [], value = '' } = next;
    if (name === '#text') out.push(pre > 0 ? value : value.replace(/\s+/g, ' '));
    if (name === 'head') title ??= titleIn(next);
    if (skipped.has(name) || isHidden(next)) continue;
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (name === 'pre') {
      out.push('\n\n```\n');
      pre += 1;
      stack.push(() => {
        pre -= 1;
        out.push('\n```\n\n');
      });
    } else if (level !== undefined) {
      out.push(`\n\n${'#'.repeat(Number(level))} `);
      stack.push(() => void out.push('\n\n'));
    } else if (name === 'td' || name === 'th') out.push(' | ');
    else if (blocks.has(name)) {
      const gap = name === 'tr' || name === 'li' || name === 'br' ? '\n' : '\n\n';
      out.push(name === 'li' ? '\n- ' : gap);
      stack.push(() => void out.push(gap));
    }
    for (let child = childNodes.length - 1; child >= 0; child -= 1) {
      const node = childNodes[child];
      if (node) stack.push(node);
    }
  }
  return { content: tidy(out.join('')), title, notes: [] };
}

function titleIn({ childNodes = [] }: Node): string | undefined {
  const text = childNodes.find(({ nodeName }) => nodeName === 'title')?.childNodes?.[0]?.value?.trim();
  return text === undefined || text === '' ? undefined : text;
}

/** What a reader of the page does not see must not reach a model as if they did. */
function isHidden({ attrs = [] }: Node): boolean {
  return attrs.some(
    ({ name, value }) =>
      name === 'hidden' ||
      (name === 'aria-hidden' && value === 'true') ||
      (name === 'style' && /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0/i.test(value.slice(0, 500))),
  );
}

/** Headings on their own lines without runs of spaces and blank lines. */
function tidy(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const kept: string[] = [];
  let inCode = false;
  for (const line of lines) {
    if (line.startsWith('```')) inCode = !inCode;
    const clean = inCode ? line : line.trimStart();
    if (clean === '' && (kept.at(-1) ?? '') === '') continue;
    kept.push(clean);
  }
  return kept.join('\n').trim();
}
