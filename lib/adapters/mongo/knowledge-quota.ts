import { type Collection, type Db, MongoServerError } from 'mongodb';
import type { DocumentStore } from '../../knowledge/ports.ts';
import { answering } from './errors.ts';
import type { KnowledgeDocument } from './knowledge-records.ts';

interface Bytes {
  /** An owner, or `*` for everybody. */
  readonly _id: string;
  readonly bytes: number;
}

const everybody = '*';

/** Bytes that are kept, by owner and in all. A process that dies between counting and writing leaves a count too high: it is made anew before anybody is refused. */
export function quotaOf(db: Db, documents: Collection<KnowledgeDocument>): Pick<DocumentStore, 'reserve' | 'release'> {
  const kept = db.collection<Bytes>('knowledge_bytes');
  const add = (id: string, bytes: number) => kept.updateOne({ _id: id }, { $inc: { bytes } }, { upsert: true });
  const fits = async (id: string, bytes: number, limit: number): Promise<boolean> => {
    if (bytes > limit) return false;
    try {
      // One without room is not found, and making it anew fails because it is there.
      await kept.updateOne({ _id: id, bytes: { $lte: limit - bytes } }, { $inc: { bytes } }, { upsert: true });
      return true;
    } catch (error) {
      if (error instanceof MongoServerError && error.code === 11_000) return false;
      throw error;
    }
  };
  const recount = async (id: string): Promise<number> => {
    let bytes = 0;
    const where = { deleted_at: { $exists: false }, ...(id !== everybody && { owner_id: id }) };
    for await (const document of documents.find(where, { projection: { bytes: 1 } })) bytes += document.bytes;
    await kept.updateOne({ _id: id }, { $set: { bytes } }, { upsert: true });
    return bytes;
  };
  const tryAgain = async (id: string, bytes: number, limit: number): Promise<{ granted: boolean; used: number }> => {
    if (await fits(id, bytes, limit)) return { granted: true, used: 0 };
    const used = await recount(id);
    return { granted: await fits(id, bytes, limit), used };
  };
  return {
    reserve: (ownerId, bytes, { perOwner, inAll }) =>
      answering(async () => {
        const own = await tryAgain(ownerId, bytes, perOwner);
        if (!own.granted) return own;
        const all = await tryAgain(everybody, bytes, inAll);
        if (!all.granted) await add(ownerId, -bytes);
        return all;
      }),
    release: (ownerId, bytes) =>
      answering(async () => {
        await Promise.all([add(ownerId, -bytes), add(everybody, -bytes)]);
      }),
  };
}
