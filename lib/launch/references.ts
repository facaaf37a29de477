/*
 * `${NAME}` in a configuration stands for a variable or secret that is given when the tool is deployed; `${NAME:-otherwise}` says what it is when none is
 * given. What editors resolve themselves is read too, and kept as it is written: `${env:NAME}`, `${input:id}`, `${workspaceFolder}`, `${config:x}` …
 */

export interface Reference {
  /** As it is written. */
  readonly raw: string;
  /** `input`, `config` …; undefined for a variable of the environment. */
  readonly scheme: string | undefined;
  /** What the file calls it; `/` for the separator of paths. */
  readonly label: string;
  /** What stands there when nothing is given. */
  readonly otherwise: string | undefined;
}

const start =
  /\$\{(?:(?<name>[A-Za-z_]\w*)|env:(?<variable>[A-Za-z_]\w*)|(?<scheme>input|config|command|workspaceFolder|workspaceFolderBasename|fileWorkspaceFolder|extensionInstallFolder):(?<label>[^${}\s:][^${}\n]{0,199})|(?<separator>\/))(?<end>:-|\})/g;

/** The references in a text, in order. A default may hold braces in pairs, but no reference. */
export function referencesIn(text: string): Reference[] {
  return parts(text).filter((part) => typeof part !== 'string');
}

/** What begins like a reference and is none, such as `${` or `${a b}`; undefined when there is nothing of the kind. */
export function brokenReferenceIn(text: string): string | undefined {
  const plain = parts(text).filter((part) => typeof part === 'string');
  return plain.map((part) => /\$\{[^}]{0,40}\}?/.exec(part)?.[0]).find((found) => found !== undefined);
}

/** The text with every reference replaced. */
export function replaceReferences(text: string, valueOf: (reference: Reference) => string): string {
  return parts(text)
    .map((part) => (typeof part === 'string' ? part : valueOf(part)))
    .join('');
}

function parts(text: string): (string | Reference)[] {
  const found: (string | Reference)[] = [];
  let from = 0;
  for (const match of text.matchAll(start)) {
    if (match.index < from) continue;
    const { name, variable, scheme, label, separator, end } = match.groups ?? {};
    const head = match.index + match[0].length;
    const close = end === '}' ? head - 1 : closeOf(text, head);
    if (close === undefined) continue;
    found.push(text.slice(from, match.index), {
      raw: text.slice(match.index, close + 1),
      scheme,
      label: name ?? variable ?? label ?? separator ?? '',
      otherwise: end === '}' ? undefined : text.slice(head, close),
    });
    from = close + 1;
  }
  return [...found, text.slice(from)];
}

/** Where the brace that ends a default stands; undefined when there is none, or when a reference stands before it. */
function closeOf(text: string, from: number): number | undefined {
  let depth = 0;
  for (let index = from; index < text.length; index += 1) {
    const sign = text[index];
    if (sign === '{' && text[index - 1] === '$') return undefined;
    if (sign === '{') depth += 1;
    if (sign !== '}') continue;
    if (depth === 0) return index;
    depth -= 1;
  }
  return undefined;
}
