import { type Node as JsonNode, parseTree, type ParseError } from 'jsonc-parser';
import { parse as parseToml, TomlError } from 'smol-toml';
import { LineCounter, parseDocument } from 'yaml';
import { invalid, Problem } from '../../kernel/errors/problem.ts';

/* The text of a client's file: JSON with comments and trailing commas, YAML or TOML. */

interface Position {
  readonly line: number;
  readonly column: number;
}

type Path = readonly (string | number)[];

export interface ParsedFile {
  readonly value: unknown;
  /** The longest beginning of a path that is in the file. */
  readonly existing: (path: Path) => Path;
  /** From 1; undefined where the format does not say. */
  readonly positionOf: (path: Path) => Position | undefined;
}

/** YAML and TOML are read more slowly than JSON. */
const maxSlowBytes = 256 * 1024;
const maxDepth = 200;

/**
 * @throws Problem `invalid-request` with line and column when the text cannot be read; `validation-error` for JSON that is nested too deep; `payload-too-large` for
 * YAML or TOML above 256 KB; `unsupported-media-type`.
 */
export function parseFile(text: string, contentType: string | undefined): ParsedFile {
  const syntax = syntaxOf(text, contentType);
  if (text.trim() === '')
    throw new Problem('invalid-request', {
      detail: 'The body is empty; send a server.json or the file of an MCP client.',
    });
  if (syntax !== 'JSON' && Buffer.byteLength(text) > maxSlowBytes)
    throw new Problem('payload-too-large', {
      detail: `A file in ${syntax} may have 262,144 bytes; send a larger one as JSON.`,
    });
  const parsed = { JSON: parseJson, YAML: parseYaml, TOML: parseTomlFile }[syntax](text);
  return { ...parsed, existing: (path) => existing(parsed.value, path) };
}

type Syntax = 'JSON' | 'YAML' | 'TOML';

/** By the content type where that is specific, else by how the text begins. */
function syntaxOf(text: string, contentType = 'application/json'): Syntax {
  const [type = ''] = contentType.toLowerCase().split(';', 1);
  if (
    !/^\s*(?:application\/(?:json|jsonc|json5|(?:x-)?yaml|(?:x-)?toml|octet-stream|[\w.+-]+\+(?:json|yaml))|text\/[\w.+-]+)\s*$/.test(
      type,
    )
  )
    throw new Problem('unsupported-media-type', {
      detail:
        'Send the file as application/json (comments are read), application/yaml, application/toml or text/plain.',
    });
  if (type.includes('toml')) return 'TOML';
  if (type.includes('yaml')) return 'YAML';
  if (/^\s*(?:\{|\/[/*])/.test(text) || type.includes('json')) {
    return /^\s*[{[/"]/.test(text) || !/^\s*(?:#|[\w."-]+\s*[:=]|\[[\w."'-]+\])/.test(text)
      ? 'JSON'
      : plainSyntax(text);
  }
  return plainSyntax(text);
}

function plainSyntax(text: string): Syntax {
  return /^\s*\[{1,2}[\w."' -]+\]{1,2}\s*(?:#.*)?$/m.test(text) || /^[\w."-]+\s*=/m.test(text) ? 'TOML' : 'YAML';
}

function unreadable(syntax: Syntax, { line, column }: Position, why?: string): Problem {
  return new Problem('invalid-request', {
    detail: `The body is not valid ${syntax}: line ${line}, column ${column}${why === undefined ? '' : `: ${why}`}.`,
    extra: { line, column },
  });
}

type Parsed = Omit<ParsedFile, 'existing'>;

function parseJson(text: string): Parsed {
  const at = lineIndex(text);
  const tooDeep = whereTooDeep(text);
  if (tooDeep !== undefined) {
    const msg = `Is nested more than ${maxDepth} levels deep`;
    throw invalid([{ loc: ['body'], pointer: '', msg, type: 'too_deep', ...at(tooDeep) }]);
  }
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error ?? !tree) throw unreadable('JSON', at(error?.offset ?? 0));
  return {
    value: valueOf(tree),
    positionOf(path) {
      let node: JsonNode | undefined = tree;
      let found = 0;
      for (const part of path) {
        const next: JsonNode | undefined = memberOf(node, part);
        if (!next) break;
        node = next;
        found = (next.parent?.type === 'property' ? next.parent.offset : next.offset) + 0;
      }
      return path.length === 0 ? undefined : at(found);
    },
  };
}

/** Of members with one name the last counts, as with every reader of JSON. */
function memberOf(node: JsonNode | undefined, part: string | number): JsonNode | undefined {
  if (node?.type === 'array') return node.children?.[Number(part)];
  const property = node?.children?.findLast(({ children }) => children?.[0]?.value === String(part));
  return property?.children?.[1];
}

function valueOf(node: JsonNode | undefined): unknown {
  if (node?.type === 'array') return (node.children ?? []).map(valueOf);
  if (node?.type !== 'object') return node?.value as unknown;
  const entries = (node.children ?? []).map(
    ({ children = [] }) => [String(children[0]?.value), valueOf(children[1])] as const,
  );
  // Unlike an assignment, this makes a member of one that is called __proto__.
  return Object.fromEntries(entries);
}

/** Where brackets outside of texts and comments are open more than {@link maxDepth} times. */
function whereTooDeep(text: string): number | undefined {
  let depth = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[{}[\]]/g)) {
    if (match[0] === '{' || match[0] === '[') depth += 1;
    else if (match[0] === '}' || match[0] === ']') depth -= 1;
    if (depth > maxDepth) return match.index;
  }
  return undefined;
}

function parseYaml(text: string): Parsed {
  const lines = new LineCounter();
  const at = (offset: number): Position => positionOf(lines, offset);
  try {
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
    const [error] = document.errors;
    if (error) throw unreadable('YAML', at(error.pos[0]));
    return {
      value: document.toJS({ maxAliasCount: 50 }) as unknown,
      positionOf(path) {
        for (let length = path.length; length > 0; length -= 1) {
          const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
          if (node?.range) return at(node.range[0]);
        }
        return undefined;
      },
    };
  } catch (error) {
    if (error instanceof Problem) throw error;
    // Too many aliases, or nested too deep for a stack.
    throw new Problem('invalid-request', { detail: 'The body is not YAML that can be read.', cause: error });
  }
}

function parseTomlFile(text: string): Parsed {
  try {
    const value: unknown = parseToml(text);
    return { value, positionOf: tomlIndex(text) };
  } catch (error) {
    if (error instanceof TomlError) throw unreadable('TOML', { line: error.line, column: error.column });
    throw new Problem('invalid-request', { detail: 'The body is not TOML that can be read.', cause: error });
  }
}

/** The first line whose table or key shares most of a path. */
function tomlIndex(text: string): (path: Path) => Position | undefined {
  let table: string[] = [];
  const arrays = new Map<string, number>();
  const written = text.split('\n').flatMap((line, index) => {
    const [, bracket, head] = /^\s*(\[{1,2})([^\]]+)\]/.exec(line) ?? [];
    const [, key] = /^\s*([^=#[\]]+?)\s*=/.exec(line) ?? [];
    if (head === undefined && key === undefined) return [];
    if (head !== undefined) table = keysOf(head);
    if (head !== undefined && bracket === '[[') {
      const nth = arrays.get(head) ?? 0;
      arrays.set(head, nth + 1);
      table.push(String(nth));
    }
    const here = head === undefined ? [...table, ...keysOf(key ?? '')] : table;
    return [{ here, at: { line: index + 1, column: line.search(/\S/) + 1 } }];
  });
  return (path) => {
    let best: Position | undefined;
    let most = 0;
    for (const { here, at } of written) {
      const differs = path.findIndex((part, depth) => String(part) !== here[depth]);
      const shared = differs === -1 ? path.length : differs;
      if (shared > most) [most, best] = [shared, at];
    }
    return best;
  };
}

function keysOf(dotted: string): string[] {
  return [...dotted.matchAll(/"([^"]*)"|'([^']*)'|([^\s."']+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}

/** Line and column of an offset, from 1. */
function lineIndex(text: string): (offset: number) => Position {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  return (offset) => positionOf(lines, offset);
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col: column } = lines.linePos(offset);
  return { line, column };
}

function existing(value: unknown, path: Path): Path {
  const found: (string | number)[] = [];
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) break;
    current = (current as Record<string | number, unknown>)[part];
    found.push(part);
  }
  return found;
}
