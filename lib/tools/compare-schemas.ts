import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject } from './json.ts';
import { resolvePointer } from './json-schema.ts';
import {
  compareBounds,
  compareEnums,
  compareOthers,
  compareText,
  compareTypes,
  missingFrom,
  type SchemaChange,
} from './compare-keywords.ts';

type Path = SchemaChange['path'];

interface Pair {
  readonly before: unknown;
  readonly after: unknown;
}

/** Every difference between two JSON Schemas, each with its place and its effect. Local references are followed. */
export function compareSchemas(before: unknown, after: unknown): SchemaChange[] {
  return new Comparison({ before, after }).compare(before, after, []);
}

class Comparison {
  readonly #roots: Pair;
  /** Pairs of references that were met: each is compared once, because a schema may refer to itself and to one part many times. */
  readonly #met = new Set<string>();

  constructor(roots: Pair) {
    this.#roots = roots;
  }

  compare(before: unknown, after: unknown, path: Path): SchemaChange[] {
    const references = [before, after].map((schema) => (isObject(schema) ? schema['$ref'] : undefined));
    if (references.some((reference) => typeof reference === 'string')) {
      const pair = JSON.stringify(references);
      if (this.#met.has(pair)) return [];
      this.#met.add(pair);
      return this.compare(follow(this.#roots.before, before), follow(this.#roots.after, after), path);
    }
    if (isDeepStrictEqual(before, after) && !JSON.stringify(before ?? null).includes('"$ref"')) return [];
    const a = asObject(before);
    const b = asObject(after);
    if (!a || !b)
      return a === b
        ? []
        : [{ path, effect: b ? 'wider' : 'narrower', what: b ? 'is taken now' : 'is not taken any more' }];
    return [
      ...compareTypes(a, b, path),
      ...compareEnums(a, b, path),
      ...compareBounds(a, b, path),
      ...compareText(a, b, path),
      ...this.#compareProperties(a, b, path),
      ...this.#compareParts(a, b, path),
      ...compareOthers(a, b, path),
    ];
  }

  #compareProperties(a: JsonObject, b: JsonObject, path: Path): SchemaChange[] {
    const [before, after] = [propertiesOf(a), propertiesOf(b)];
    const [required, requires] = [namesIn(a['required']), namesIn(b['required'])];
    const changes: SchemaChange[] = [];
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const at = [...path, 'properties', name];
      if (!Object.hasOwn(after, name)) {
        const closed = b['additionalProperties'] === false;
        changes.push({
          path: at,
          effect: closed ? 'narrower' : 'unclear',
          what: closed
            ? `"${name}" is gone, and values that hold it are refused`
            : `"${name}" is gone; a value that holds it still passes, unread`,
        });
      } else if (Object.hasOwn(before, name)) changes.push(...this.compare(before[name], after[name], at));
      else if (!requires.has(name)) changes.push({ path: at, effect: 'wider', what: `"${name}" is new and optional` });
    }
    for (const name of requires) {
      if (!required.has(name))
        changes.push({ path: [...path, 'required'], effect: 'narrower', what: `"${name}" is required now` });
    }
    for (const name of required) {
      if (!requires.has(name))
        changes.push({ path: [...path, 'required'], effect: 'wider', what: `"${name}" is not required any more` });
    }
    return changes;
  }

  /** Schemas inside schemas, other than properties. A missing one takes everything. */
  #compareParts(a: JsonObject, b: JsonObject, path: Path): SchemaChange[] {
    const changes: SchemaChange[] = [];
    for (const keyword of ['additionalProperties', 'items', 'contains', 'propertyNames'] as const) {
      if (a[keyword] !== undefined || b[keyword] !== undefined)
        changes.push(...this.compare(a[keyword] ?? true, b[keyword] ?? true, [...path, keyword]));
    }
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      const [before, after] = [a[keyword], b[keyword]];
      if (Array.isArray(before) && Array.isArray(after)) {
        if (missingFrom(after, before).length > 0)
          changes.push({
            path: [...path, keyword],
            effect: after.length < before.length ? 'narrower' : 'unclear',
            what: 'an alternative is gone or another',
          });
        else if (after.length > before.length)
          changes.push({ path: [...path, keyword], effect: 'wider', what: 'there are more alternatives' });
      } else if (before !== undefined || after !== undefined) {
        changes.push({
          path: [...path, keyword],
          effect: after === undefined ? 'wider' : 'narrower',
          what: after === undefined ? 'the alternatives are gone' : 'only certain alternatives are taken now',
        });
      }
    }
    return changes;
  }
}

function follow(root: unknown, schema: unknown): unknown {
  let at = schema;
  for (let step = 0; step < 16 && isObject(at) && typeof at['$ref'] === 'string'; step += 1) {
    const { $ref, ...rest } = at as { $ref: string };
    const target = $ref === '#' ? root : $ref.startsWith('#/') ? resolvePointer(root, $ref) : undefined;
    if (!isObject(target)) return { ...rest, $comment: $ref };
    at = { ...target, ...rest };
  }
  return at;
}

/** `true` is a schema that takes everything; false, and what is no schema, takes nothing. */
function asObject(schema: unknown): JsonObject | undefined {
  return schema === true || schema === undefined ? {} : isObject(schema) ? schema : undefined;
}

function propertiesOf(schema: JsonObject): JsonObject {
  return isObject(schema['properties']) ? schema['properties'] : {};
}

function namesIn(value: unknown): Set<string> {
  return new Set(Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []);
}
