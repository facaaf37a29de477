import { knownSecrets } from '../kernel/log/secret-shapes.ts';
import { referencesIn, replaceReferences } from '../launch/references.ts';
import { scanText } from './scan-text.ts';
import { scanList } from './scan-words.ts';
import { referenceMark } from './secret-values.ts';
import type { Span, Use } from './span.ts';

export type Path = readonly (string | number)[];

/** A text with secrets in it, or the name of a member that is one. */
export interface TextWithSecrets {
  readonly path: Path;
  /** The variable, header, flag or member that the text is the value of. */
  readonly place: string | undefined;
  readonly text: string;
  /** In order, none within another. Empty when the name of the member itself is a secret. */
  readonly spans: readonly FoundSpan[];
}

export interface FoundSpan extends Span {
  /** The secret, where it is not the text of the span: the default in `${NAME:-default}`. */
  readonly value?: string;
}

type Json = Readonly<Record<string, unknown>>;
interface Place {
  readonly path: Path;
  readonly name: string | undefined;
  readonly use: Use;
}

/** Members that start or reach a server, at whatever depth and in whichever client's spelling. */
const launching =
  /^(servers|mcp_?servers|context_?servers|extensions|packages?|remotes?|command|cmd|args|arguments|env|envs|environment|env_?vars|environment_?variables|headers|http_?headers|request_?init|url|uri|server_?url|http_?url|options|settings|runtime_?arguments|package_?arguments|variables|config)$/i;
/** Names of things and texts for people: what stands there is no value, but may hold a credential all the same. */
const describing =
  /^(_meta|repository|icons|tools|prompts|resources|description|title|name|identifier|version|\$schema|website_?url|registry_?(type|name|base_?url)|runtime_?hint|file_?sha256|type|transport|instructions|annotations|input_?schema|output_?schema|parameters|always_?allow|placeholder|format|value_?hint|choices)$/i;
/** These members are named by what is beside or around them. */
const valueMember = /^(value|default|const|example|examples|enum)$/;

/** Every secret of a configuration of whatever shape, by place and by looks. References are none, digests and commits by their place neither. */
export function findSecrets(config: unknown): TextWithSecrets[] {
  const found: TextWithSecrets[] = [];
  const note = (text: string, { path, name }: Place, spans: readonly FoundSpan[]): void => {
    if (spans.length > 0) found.push({ path, place: name, text, spans });
  };
  const walk = (value: unknown, place: Place): void => {
    if (typeof value === 'string') note(value, place, spansOf(value, place));
    else if (Array.isArray(value)) walkList(value, place);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        const path = [...place.path, key];
        if (knownSecrets(key).length > 0) found.push({ path, place: undefined, text: key, spans: [] });
        else walk(member, within(value as Json, key, { ...place, path }));
      }
    }
  };
  const walkList = (list: readonly unknown[], place: Place): void => {
    const isCommandLine = place.use === 'launch' && list.some((item) => typeof item === 'string');
    const words = list.map((item) => (typeof item === 'string' ? masked(item).plain : ''));
    const scanned = isCommandLine
      ? scanList(words, { name: undefined, use: place.use, depth: 0 }, scanText)
      : undefined;
    for (const [index, item] of list.entries()) {
      const at = { ...place, path: [...place.path, index] };
      if (typeof item === 'string' && scanned) {
        const before = words[index - 1] ?? '';
        const flag = /^-{1,2}[A-Za-z][\w.-]*$/.test(before) ? before : undefined;
        note(item, { ...at, name: flag }, ordered([...(scanned[index] ?? []), ...defaultsIn(item)]));
      } else walk(item, at);
    }
  };
  walk(config, { path: [], name: undefined, use: 'prose' });
  return found;
}

function within(owner: Json, key: string, { path, name, use }: Place): Place {
  const sibling = owner['name'];
  const inner = launching.test(key) ? 'launch' : describing.test(key) ? 'prose' : use;
  if (valueMember.test(key)) return { path, name: typeof sibling === 'string' ? sibling : name, use: inner };
  return { path, name: describing.test(key) ? undefined : key, use: inner };
}

function spansOf(text: string, { name, use }: Place): FoundSpan[] {
  return ordered([...scanText(masked(text).plain, { name, use, depth: 0 }), ...defaultsIn(text)]);
}

function masked(text: string): { plain: string } {
  return { plain: replaceReferences(text, ({ raw }) => referenceMark.repeat(raw.length)) };
}

/** A secret that is given as what a variable is otherwise. */
function defaultsIn(text: string): FoundSpan[] {
  let from = 0;
  return referencesIn(text).flatMap(({ raw, label: name, otherwise: value }) => {
    const index = text.indexOf(raw, from);
    from = index + raw.length;
    if (value === undefined || scanText(value, { name, use: 'launch', depth: 0 }).length === 0) return [];
    return [{ start: index, end: from, name, isNamed: true, value }];
  });
}

/** By place, the wider of two that overlap. */
function ordered(spans: readonly FoundSpan[]): FoundSpan[] {
  const kept: FoundSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || span.start >= last.end) kept.push(span);
    else if (span.end > last.end) kept[kept.length - 1] = { ...last, end: span.end };
  }
  return kept;
}
