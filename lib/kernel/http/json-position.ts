/** One token of JSON (RFC 8259) or the white space between two. */
const token =
  /[ \t\n\r]+|[{}[\],:]|"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\uffff]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end' | 'nothing';

/**
 * Where a text stops being JSON: line and column, from 1. V8's own message names the place in some cases only, and quotes the text, which may
 * hold a password.
 */
export function whereJsonBreaks(text: string): { readonly line: number; readonly column: number } {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  while (at < text.length) {
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) break;
    if (found.trim() !== '') {
      const next = after(found, expected, open);
      if (next === undefined) break;
      expected = next;
    }
    at += found.length;
  }
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** What may follow `found` where `expected` was due; undefined when it may not stand there. */
function after(found: string, expected: Expected, open: ('{' | '[')[]): Expected | undefined {
  if (found === ':') return expected === ':' ? 'value' : undefined;
  if (found === ',') return expected !== ', or end' ? undefined : open.at(-1) === '{' ? 'name' : 'value';
  if (found === '}' || found === ']') {
    const opener = found === '}' ? '{' : '[';
    if (open.at(-1) !== opener || !(expected === ', or end' || expected.endsWith(`or ${found}`))) return undefined;
    open.pop();
    return open.length === 0 ? 'nothing' : ', or end';
  }
  if (expected === 'name' || expected === 'name or }') return found.startsWith('"') ? ':' : undefined;
  if (expected !== 'value' && expected !== 'value or ]') return undefined;
  if (found === '{' || found === '[') {
    open.push(found);
    return found === '{' ? 'name or }' : 'value or ]';
  }
  return open.length === 0 ? 'nothing' : ', or end';
}
