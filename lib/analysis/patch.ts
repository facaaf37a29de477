import type { Operation } from 'fast-json-patch';
import { isObject, type Json } from './json.ts';

/* Patches (RFC 6902) that rules give along with their fixes. Paths are JSON Pointers (RFC 6901). */

export type Patch = readonly Operation[];

/** What stands at a path; undefined when nothing does. */
export function valueAt(config: unknown, path: string): unknown {
  return keysOf(path).reduce<unknown>(
    (value, key) =>
      Array.isArray(value) ? value[Number(key)] : isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined,
    config,
  );
}

/** Another text in the place of one; nothing when there is none or it stays the same. */
export function changeText(config: Json, path: string, change: (text: string) => string): Patch {
  const text = valueAt(config, path);
  if (typeof text !== 'string') return [];
  const value = change(text);
  return value === text ? [] : [{ op: 'replace', path, value }];
}

export function removeAt(config: Json, path: string): Patch {
  return valueAt(config, path) === undefined ? [] : [{ op: 'remove', path }];
}

/** A switch among the arguments, and its value in the next one for those that `takesValue` names. */
export function removeArgument(config: Json, path: string, takesValue: (argument: string) => boolean): Patch {
  const argument = valueAt(config, path);
  const next = path.replace(/\d+$/, (index) => String(Number(index) + 1));
  const isPair = typeof argument === 'string' && takesValue(argument) && typeof valueAt(config, next) === 'string';
  return [...(isPair ? removeAt(config, next) : []), ...removeAt(config, path)];
}

/** A member of an object that is there already. */
export function setAt(config: Json, path: string, value: unknown): Patch {
  return isObject(valueAt(config, path.slice(0, path.lastIndexOf('/')))) ? [{ op: 'add', path, value }] : [];
}

/** Patches of several places as one, which can be applied from the first operation to the last: later items of a list are removed first. */
export function joined(patches: readonly Patch[]): Operation[] {
  const all = patches.flat();
  const seen = new Set<string>();
  const distinct = all.filter(({ op, path }) => {
    const key = `${op} ${path}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  const removals = distinct.filter(({ op }) => op === 'remove');
  const changes = distinct.filter(
    ({ op, path }) =>
      op !== 'remove' && !removals.some((gone) => path === gone.path || path.startsWith(`${gone.path}/`)),
  );
  const outer = removals.filter(({ path }) => !removals.some((gone) => path.startsWith(`${gone.path}/`)));
  return [...changes, ...outer.toSorted((a, b) => comparePaths(b.path, a.path))];
}

function comparePaths(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function keysOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
