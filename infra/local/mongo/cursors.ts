import { Long } from 'bson';
import type { Collection } from './collection.ts';
import { mongoError } from './errors.ts';
import { MAX_DOCUMENT_BYTES } from './values.ts';
import { encodeCursorReply } from './wire.ts';

interface Cursor {
  namespace: string;
  documents: Iterator<Uint8Array>;
  /** Read but not sent, for want of room. */
  held: Uint8Array | undefined;
  collection: Collection | undefined;
  usedAt: number;
}

const IDLE_MILLISECONDS = 10 * 60_000;
const FIRST_BATCH = 101;

/** The server's open cursors. */
export class Cursors {
  readonly #open = new Map<bigint, Cursor>();
  #lastId = BigInt(Date.now()) << 16n;

  /** Answers a command that makes a cursor; `batchSize` as the client gave it, undefined for MongoDB's 101. */
  start(
    namespace: string,
    documents: Iterable<Uint8Array>,
    {
      batchSize,
      single = false,
      collection,
    }: { batchSize: number | undefined; single?: boolean; collection?: Collection | undefined },
  ): Uint8Array {
    const cursor: Cursor = {
      namespace,
      documents: documents[Symbol.iterator](),
      held: undefined,
      collection,
      usedAt: Date.now(),
    };
    const { batch, done } = takeBatch(cursor, batchSize ?? FIRST_BATCH);
    let id = 0n;
    if (!done && !single) {
      this.#lastId += 1n;
      id = this.#lastId;
      this.#open.set(id, cursor);
    }
    return encodeCursorReply('firstBatch', batch, { id: Long.fromBigInt(id), ns: namespace });
  }

  /** Answers getMore; without a batch size as much as one message takes. */
  next(
    id: bigint,
    namespace: string,
    batchSize: number | undefined,
    isThere: (collection: Collection) => boolean,
  ): Uint8Array {
    const cursor = this.#open.get(id);
    if (!cursor) throw mongoError('CursorNotFound', `cursor id ${id} not found`);
    if (cursor.namespace !== namespace) {
      throw mongoError(
        'Unauthorized',
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    }
    if (cursor.collection && !isThere(cursor.collection)) {
      this.#open.delete(id);
      throw mongoError(175, `collection dropped: '${namespace}'`);
    }
    cursor.usedAt = Date.now();
    const { batch, done } = takeBatch(cursor, batchSize ?? Number.POSITIVE_INFINITY);
    if (done) this.#open.delete(id);
    return encodeCursorReply('nextBatch', batch, { id: Long.fromBigInt(done ? 0n : id), ns: namespace });
  }

  kill(id: bigint): boolean {
    return this.#open.delete(id);
  }

  dropIdle(now: number): void {
    for (const [id, cursor] of this.#open) if (cursor.usedAt < now - IDLE_MILLISECONDS) this.#open.delete(id);
  }
}

function takeBatch(cursor: Cursor, batchSize: number): { batch: Uint8Array[]; done: boolean } {
  const batch: Uint8Array[] = [];
  let bytes = 0;
  while (batch.length < batchSize) {
    const next = cursor.held ? { value: cursor.held, done: false } : cursor.documents.next();
    cursor.held = undefined;
    if (next.done || !next.value) return { batch, done: true };
    bytes += next.value.length;
    if (batch.length > 0 && bytes > MAX_DOCUMENT_BYTES) {
      cursor.held = next.value;
      return { batch, done: false };
    }
    batch.push(next.value);
  }
  return { batch, done: false };
}
