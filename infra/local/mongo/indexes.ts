import { mongoError } from './errors.ts';
import { encodeValue } from './key-encoding.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { keysOf, walk } from './paths.ts';
import { type Doc, isEqual, formatValue } from './values.ts';

export const idIndex: Doc = { v: 2, key: { _id: 1 }, name: '_id_' };

export interface Entry {
  readonly key: Buffer;
  /** The values behind the key, for messages. */
  readonly values: readonly unknown[];
}

/** An index as createIndexes described it. Its keys always ascend: a descending index is read backwards. */
export class Index {
  readonly id: number;
  readonly spec: Doc;
  readonly name: string;
  readonly paths: readonly string[];
  readonly unique: boolean;
  readonly sparse: boolean;
  /** Seconds after which documents expire. */
  readonly expireAfter: number | undefined;
  /** Some document has several keys here, or reached its key through an array. */
  multikey: boolean;
  readonly #parts: readonly (readonly string[])[];

  constructor(id: number, spec: Doc, multikey: boolean) {
    this.id = id;
    this.spec = spec;
    this.name = String(spec['name']);
    this.multikey = multikey;
    this.paths = Object.keys(spec['key'] as Doc);
    this.#parts = this.paths.map((path) => path.split('.'));
    this.unique = spec['unique'] === true || this.name === '_id_';
    this.sparse = spec['sparse'] === true;
    const seconds = spec['expireAfterSeconds'];
    this.expireAfter = isNumeric(seconds) ? toDouble(seconds) : undefined;
  }

  /** The document's keys in this index, each once. */
  entries(doc: Doc): { entries: Entry[]; multikey: boolean } {
    if (this.sparse && !this.#parts.some((parts) => walk(doc, parts, (leaf) => leaf !== undefined)))
      return { entries: [], multikey: false };
    const { keys, multikey } = keysOf(doc, this.#parts);
    const distinct = new Map<string, Entry>();
    for (const values of keys) {
      const key = Buffer.concat(values.map(encodeValue));
      distinct.set(key.toString('latin1'), { key, values });
    }
    return { entries: [...distinct.values()], multikey };
  }

  duplicate(namespace: string, { values }: Entry): Error {
    const keyValue = Object.fromEntries(
      this.paths.map((path, i) => [path, typeof values[i] === 'symbol' ? undefined : values[i]]),
    );
    const place = `collection: ${namespace} index: ${this.name} dup key: ${formatValue(keyValue)}`;
    return mongoError('DuplicateKey', `E11000 duplicate key error ${place}`, {
      keyPattern: this.spec['key'],
      keyValue,
    });
  }

  /** Whether the other specification is for the same keys, and under the same conditions. */
  isSameAs(other: Doc): boolean {
    return this.hasKey(other['key']) && conditions.every((name) => isEqual(this.spec[name], other[name]));
  }

  hasKey(key: unknown): boolean {
    return isEqual(this.spec['key'], key);
  }
}

const conditions = ['unique', 'sparse', 'expireAfterSeconds'];
