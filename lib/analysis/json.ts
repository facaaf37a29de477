import { pointer } from '../kernel/errors/problem.ts';

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectIn(value: unknown): Json {
  return isObject(value) ? value : {};
}

export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A text and where it stands (JSON Pointer). */
export interface PlacedText {
  readonly path: string;
  /** The member's name, or that of the list it is in. */
  readonly name: string;
  readonly text: string;
}

/** Deeper configurations are refused before they get here. */
export const maxDepth = 64;

/** Whether nothing in a JSON value is nested more than {@link maxDepth} levels deep. */
export function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return false;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return true;
}

/** Every text in a JSON value, names of members included. */
export function textsIn(value: unknown): PlacedText[] {
  const found: PlacedText[] = [];
  const visit = (item: unknown, path: readonly (string | number)[], name: string): void => {
    if (typeof item === 'string') found.push({ path: pointer(path), name, text: item });
    else if (Array.isArray(item)) for (const [index, member] of item.entries()) visit(member, [...path, index], name);
    else if (isObject(item)) {
      for (const [key, member] of Object.entries(item)) {
        found.push({ path: pointer([...path, key]), name: key, text: key });
        visit(member, [...path, key], key);
      }
    }
  };
  visit(value, [], '');
  return found;
}
