import { type Collection, type Db, MongoBulkWriteError } from 'mongodb';
import type { DocumentStore } from '../../knowledge/ports.ts';
import { answering, duplicateKey, trueUnlessDuplicate } from './errors.ts';
import type { KnowledgeDocument } from './knowledge-records.ts';

interface Bytes {
  /** An owner, or `*` for everybody. */
  readonly _id: string;
  readonly bytes: number;
}

const everybody = '*';

const withRoom = (id: string, bytes: number, limit: number) => ({ _id: id, bytes: { $lte: limit - bytes } });

/** Bytes that are kept, by owner and in all. A process that dies between counting and writing leaves a count too high: it is made anew before anybody is refused. */
export function quotaOf(
  db: Db,
  documents: Collection<KnowledgeDocument>,
): Pick<DocumentStore, 'reserve' | 'release' | 'keptBytes'> {
  const kept = db.collection<Bytes>('knowledge_bytes');
  const add = (id: string, bytes: number) => kept.updateOne({ _id: id }, { $inc: { bytes } }, { upsert: true });
  const fits = async (id: string, bytes: number, limit: number): Promise<boolean> => {
    if (bytes > limit) return false;
    // One without room is not found, and making it anew fails because it is there.
    const $inc = { bytes };
    return trueUnlessDuplicate(() => kept.updateOne(withRoom(id, bytes, limit), { $inc }, { upsert: true }));
  };
  /** Both in one trip, as it mostly goes. @returns how many had room; those are counted. */
  const addBoth = async (accounts: readonly (readonly [id: string, limit: number])[], bytes: number) => {
    if (accounts.some(([, limit]) => bytes > limit)) return 0;
    const updates = accounts.map(([id, limit]) => ({
      updateOne: { filter: withRoom(id, bytes, limit), update: { $inc: { bytes } }, upsert: true },
    }));
    try {
      await kept.bulkWrite(updates, { ordered: true });
      return accounts.length;
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError) || error.code !== duplicateKey) throw error;
      return error.upsertedCount + error.modifiedCount;
    }
  };
  const recount = async (id: string): Promise<void> => {
    let bytes = 0;
    const where = { deleted_at: { $exists: false }, ...(id !== everybody && { owner_id: id }) };
    for await (const document of documents.find(where, { projection: { bytes: 1 } })) bytes += document.bytes;
    await kept.updateOne({ _id: id }, { $set: { bytes } }, { upsert: true });
  };
  const fitsAfterAll = async (id: string, bytes: number, limit: number): Promise<boolean> => {
    if (await fits(id, bytes, limit)) return true;
    await recount(id);
    return fits(id, bytes, limit);
  };
  return {
    reserve: (ownerId, bytes, { person, total }) =>
      answering(async () => {
        const added = await addBoth(
          [
            [ownerId, person],
            [everybody, total],
          ],
          bytes,
        );
        if (added === 2) return true;
        if (added === 0 && !(await fitsAfterAll(ownerId, bytes, person))) return false;
        if (await fitsAfterAll(everybody, bytes, total)) return true;
        await add(ownerId, -bytes);
        return false;
      }),
    release: (ownerId, bytes) =>
      answering(async () => {
        await Promise.all([add(ownerId, -bytes), add(everybody, -bytes)]);
      }),
    keptBytes: (ownerId) =>
      answering(async () => {
        const found = await kept.find({ _id: { $in: [ownerId, everybody] } }).toArray();
        const bytesOf = (id: string): number => Math.max(0, found.find(({ _id }) => _id === id)?.bytes ?? 0);
        return { person: bytesOf(ownerId), total: bytesOf(everybody) };
      }),
  };
}
