import { findSecrets, type FoundSpan, type Path, type TextWithSecrets } from './find-secrets.ts';
import { plainName } from './secret-names.ts';

export interface MovedSecret {
  /** Within the configuration. */
  readonly path: Path;
  /** What `${name}` stands there now. */
  readonly name: string;
}

export interface Moved<T> {
  readonly config: T;
  readonly moved: readonly MovedSecret[];
  /** The values by name, to be encrypted at once. */
  readonly values: Readonly<Record<string, string>>;
  /** Members whose names are secrets: nothing can take their place. */
  readonly unmovable: readonly Path[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The configuration with `${NAME}` in the place of every literal that is a secret by its place or by its looks. Names follow the place; one that
 * the configuration uses already for something else gets a number.
 */
export function moveSecrets<T extends Json>(config: T): Moved<T> {
  const found = findSecrets(config);
  const taken = new Set([...JSON.stringify(config).matchAll(/\$\{(\w+)[:}]/g)].map(([, name = '']) => name));
  const byValue = new Map<string, string>();
  const nameFor = (value: string, span: FoundSpan, place: string | undefined): string => {
    const known = byValue.get(value);
    if (known !== undefined) return known;
    const own = (span.isNamed === true ? span.name : place) ?? span.name ?? '';
    const name = freeName(own, taken);
    byValue.set(value, name);
    return name;
  };
  const texts = new Map<string, string>();
  const moved: MovedSecret[] = [];
  for (const { path, place, text, spans } of found) {
    if (spans.length === 0) continue;
    let rest = '';
    let from = 0;
    for (const span of spans) {
      const name = nameFor(span.value ?? text.slice(span.start, span.end), span, place);
      moved.push({ path, name });
      rest += `${text.slice(from, span.start)}\${${name}}`;
      from = span.end;
    }
    texts.set(JSON.stringify(path), rest + text.slice(from));
  }
  return {
    config: texts.size === 0 ? config : (replaced(config, [], texts) as T),
    moved,
    values: Object.fromEntries([...byValue].map(([value, name]) => [name, value])),
    unmovable: found.filter(isMemberName).map(({ path }) => path),
  };
}

function isMemberName({ spans }: TextWithSecrets): boolean {
  return spans.length === 0;
}

function freeName(wanted: string, taken: Set<string>): string {
  const base = (plainName(wanted) || 'secret').toUpperCase().replace(/^(\d)/, '_$1').slice(0, 100);
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}_${number}`;
  taken.add(name);
  return name;
}

function replaced(value: unknown, path: Path, texts: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return texts.get(JSON.stringify(path)) ?? value;
  if (Array.isArray(value)) return value.map((item: unknown, index) => replaced(item, [...path, index], texts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, replaced(member, [...path, key], texts)]),
  );
}
