import { Long } from 'bson';
import { mongoError } from './errors.ts';
import { maxDocumentBytes } from './values.ts';
import { encodeCursorReply } from './wire.ts';

interface Cursor {
  namespace: string;
  documents: Iterator<Uint8Array>;
  usedAt: number;
}

const idleMilliseconds = 10 * 60_000;
const firstBatch = 101;

/** The server's open cursors. */
export class Cursors {
  readonly #open = new Map<bigint, Cursor>();
  #lastId = BigInt(Date.now()) << 16n;

  /** Answers a command that makes a cursor; `batchSize` as the client gave it, undefined for MongoDB's 101. */
  start(
    namespace: string,
    documents: Iterable<Uint8Array>,
    { batchSize, single = false }: { batchSize: number | undefined; single?: boolean },
  ): Uint8Array {
    const cursor: Cursor = {
      namespace,
      documents: documents[Symbol.iterator](),
      usedAt: Date.now(),
    };
    const { batch, done } = takeBatch(cursor, batchSize ?? firstBatch);
    let id = 0n;
    if (!done && !single) {
      this.#lastId += 1n;
      id = this.#lastId;
      this.#open.set(id, cursor);
    }
    return encodeCursorReply('firstBatch', batch, { id: Long.fromBigInt(id), ns: namespace });
  }

  /** Answers getMore; without a batch size as much as one message takes. */
  next(id: bigint, namespace: string, batchSize: number | undefined): Uint8Array {
    const cursor = this.#open.get(id);
    if (cursor?.namespace !== namespace) throw mongoError('CursorNotFound', `cursor id ${id} not found`);
    cursor.usedAt = Date.now();
    const { batch, done } = takeBatch(cursor, batchSize ?? Number.POSITIVE_INFINITY);
    if (done) this.#open.delete(id);
    return encodeCursorReply('nextBatch', batch, { id: Long.fromBigInt(done ? 0n : id), ns: namespace });
  }

  kill(id: bigint): boolean {
    return this.#open.delete(id);
  }

  /** Closes the cursors over a collection that goes. */
  killAll(namespace: string): void {
    for (const [id, cursor] of this.#open) if (cursor.namespace === namespace) this.#open.delete(id);
  }

  dropIdle(now: number): void {
    for (const [id, cursor] of this.#open) if (cursor.usedAt < now - idleMilliseconds) this.#open.delete(id);
  }
}

/** Stops at 16 MB; with the document that passes this, the answer still fits into a message. */
function takeBatch(cursor: Cursor, batchSize: number): { batch: Uint8Array[]; done: boolean } {
  const batch: Uint8Array[] = [];
  for (let bytes = 0; batch.length < batchSize && bytes < maxDocumentBytes; bytes += batch.at(-1)?.length ?? 0) {
    const next = cursor.documents.next();
    if (next.done) return { batch, done: true };
    batch.push(next.value);
  }
  return { batch, done: false };
}
