/**
 * Values by key, of about so many bytes in all, those that were wanted last. Two generations take the place of an order of use, which would be changed by every look:
 * what is found in the old one moves to the young, and when the young one is half of all, it becomes the old.
 */
export class Kept<V> {
  readonly #maxBytes: number;
  readonly #bytesOf: (value: V) => number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  #youngBytes = 0;

  constructor(maxBytes: number, bytesOf: (value: V) => number) {
    this.#maxBytes = maxBytes;
    this.#bytesOf = bytesOf;
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    return old === undefined ? undefined : this.keep(key, old);
  }

  /** @returns the value. */
  keep(key: string, value: V): V {
    if (this.#youngBytes > this.#maxBytes / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(key, value);
    this.#youngBytes += this.#bytesOf(value);
    return value;
  }
}
