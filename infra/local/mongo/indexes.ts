import { mongoError } from './errors.ts';
import { encodeField } from './key-encoding.ts';
import { compileFilter, type Predicate } from './match.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { keysOf, walk } from './paths.ts';
import { formatValue } from './format-value.ts';
import { type Doc, isDoc, isEqual } from './values.ts';

export const ID_INDEX: Doc = { v: 2, key: { _id: 1 }, name: '_id_' };

interface IndexField {
  path: string;
  parts: readonly string[];
  direction: 1 | -1;
}

export interface Entry {
  key: Buffer;
  /** The values behind the key, for messages. */
  values: unknown[];
}

/** An index as createIndexes described it. */
export class Index {
  readonly id: number;
  readonly spec: Doc;
  readonly name: string;
  readonly fields: readonly IndexField[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partial: Doc | undefined;
  /** Seconds after which documents expire. */
  readonly expireAfter: number | undefined;
  /** Some document has several keys here, or reached its key through an array. */
  multikey: boolean;
  readonly #covers: Predicate;

  constructor(id: number, spec: Doc, multikey: boolean) {
    this.id = id;
    this.spec = spec;
    this.name = String(spec['name']);
    this.multikey = multikey;
    const key = spec['key'] as Doc;
    this.fields = Object.entries(key)
      .filter(([, direction]) => isNumeric(direction))
      .map(([path, direction]) => ({
        path,
        parts: path.split('.'),
        direction: isNumeric(direction) && toDouble(direction) < 0 ? -1 : 1,
      }));
    this.unique = spec['unique'] === true || this.name === '_id_';
    this.sparse = spec['sparse'] === true;
    this.partial = isDoc(spec['partialFilterExpression']) ? spec['partialFilterExpression'] : undefined;
    this.#covers = this.partial ? compileFilter(this.partial) : () => true;
    const seconds = spec['expireAfterSeconds'];
    this.expireAfter = isNumeric(seconds) ? toDouble(seconds) : undefined;
  }

  /** The document's keys in this index, each once. */
  entries(doc: Doc): { entries: Entry[]; multikey: boolean } {
    if (!this.#covers(doc)) return { entries: [], multikey: false };
    if (this.sparse && !this.fields.some(({ parts }) => walk(doc, parts, (leaf) => leaf !== undefined))) {
      return { entries: [], multikey: false };
    }
    const { keys, multikey } = keysOf(
      doc,
      this.fields.map(({ parts }) => parts),
    );
    const distinct = new Map<string, Entry>();
    for (const values of keys) {
      const key = Buffer.concat(values.map((value, i) => encodeField(value, this.fields[i]?.direction ?? 1)));
      distinct.set(key.toString('latin1'), { key, values });
    }
    return { entries: [...distinct.values()], multikey };
  }

  duplicate(namespace: string, entry: Entry): Error {
    const keyPattern = this.spec['key'];
    const keyValue = Object.fromEntries(
      this.fields.map(({ path }, i) => [path, typeof entry.values[i] === 'symbol' ? undefined : entry.values[i]]),
    );
    return mongoError(
      'DuplicateKey',
      `E11000 duplicate key error collection: ${namespace} index: ${this.name} dup key: ${formatValue(keyValue)}`,
      { keyPattern, keyValue },
    );
  }

  /** Whether the other specification asks for the same keys under the same conditions. */
  isSameAs(other: Doc): boolean {
    return isEqual(factsOf(this.spec), factsOf(other));
  }
}

/** What makes two specifications ask for the same index, in a fixed order. */
function factsOf(spec: Doc): unknown[] {
  return [
    spec['key'],
    spec['unique'] === true,
    spec['sparse'] === true,
    spec['partialFilterExpression'],
    spec['expireAfterSeconds'],
  ];
}
