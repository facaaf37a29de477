import { isPlaceholder } from '../../kernel/log/secret-shapes.ts';
import { isObject, type JsonObject } from '../../tools/json.ts';
import type { KeptFile } from '../ports.ts';
import { mentionedVariables } from './readme.ts';

/** A variable of the environment, as a `server.json` describes one. */
export interface Variable {
  readonly name: string;
  readonly is_required: boolean;
  readonly is_secret: boolean;
  readonly default?: string;
}

const secretName = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|PAT|AUTH|COOKIE|DSN)S?$/i;
const variableShape = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
/** What every program may find in its environment. */
const everybodys = new Set(['PATH', 'HOME', 'NODE_ENV', 'PYTHONPATH', 'NODE_OPTIONS', 'PYTHONUNBUFFERED']);

/** What a document writes in the place of the reader's own value. */
export function isExample(value: string): boolean {
  return (
    value.trim() === '' ||
    isPlaceholder(value) ||
    /^(?:<.*>|\[.*\]|\{+[^{}]*\}+|\.{3,}|…|x{3,}|\*{3,})$/i.test(value.trim()) ||
    /\byour\b|_here$|-here$|^(?:\/|[A-Za-z]:\\)(?:absolute\/)?(?:path|users|home|full)\b/i.test(value)
  );
}

/** The variables of a client's entry: an example value means that the reader has to give one, any other is the default. */
export function variablesOf(env: unknown): Variable[] {
  if (!isObject(env)) return [];
  return Object.entries(env)
    .filter(([name]) => variableShape.test(name))
    .map(([name, given]) => {
      const isPlain = typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean';
      const value = isPlain ? String(given) : '';
      const [, otherwise] = /^\$\{[A-Za-z_]\w*(?::-([^}]*))?\}$/.exec(value) ?? [];
      const isReference = /^\$\{[^}]+\}$/.test(value);
      const is_secret = secretName.test(name);
      const preset = isReference ? otherwise : is_secret || isExample(value) ? undefined : value;
      return {
        name,
        is_required: preset === undefined,
        is_secret,
        ...(preset !== undefined && preset !== '' && { default: preset }),
      };
    });
}

/** Variables that other places name; what is only mentioned need not be given. */
export function furtherVariables(files: readonly KeptFile[], known: readonly Variable[]): Variable[] {
  const names = new Set(known.map(({ name }) => name));
  const mentioned = files.flatMap(({ path, text }) => {
    if (/^readme/i.test(path)) return mentionedVariables(text);
    return path === '.env.example' ? assignedIn(text) : [];
  });
  return [...new Set(mentioned)]
    .filter((name) => !names.has(name) && !everybodys.has(name))
    .slice(0, 40)
    .map((name) => ({ name, is_required: false, is_secret: secretName.test(name) }));
}

function assignedIn(text: string): string[] {
  return [
    ...text.slice(0, 100_000).matchAll(/^[ \t]*(?:#[ \t]*)?(?:export[ \t]+)?([A-Z][A-Z0-9_]{2,60})[ \t]*=/gm),
  ].map(([, name]) => name ?? '');
}

/** The first description of a variable counts; a later one adds what it does not say. */
export function merged(...lists: readonly (readonly Variable[])[]): Variable[] {
  const all = new Map<string, Variable>();
  for (const variable of lists.flat()) if (!all.has(variable.name)) all.set(variable.name, variable);
  return [...all.values()];
}

/** The same for an entry that is started by a command: `${NAME}` where a value has to be given. */
export function environmentOf(variables: readonly Variable[]): JsonObject {
  return Object.fromEntries(
    variables.map(({ name, is_required, default: preset }) => [
      name,
      is_required ? `\${${name}}` : `\${${name}:-${preset ?? ''}}`,
    ]),
  );
}
