import { Binary, type Db } from 'mongodb';
import type { VectorStore } from '../../knowledge/vectors/ports.ts';
import { answering } from './errors.ts';

interface VectorDocument {
  /** `<model>:<passage>` */
  readonly _id: string;
  readonly document_id: string;
  readonly version: number;
  readonly vector: Binary;
}

export function mongoKnowledgeVectors(db: Db): VectorStore {
  const vectors = db.collection<VectorDocument>('knowledge_vectors');
  return {
    write: (model, { id: document_id, version }, kept) =>
      answering(async () => {
        const writes = kept.map(({ id, vector }) => {
          const set = { document_id, version, vector: new Binary(new Uint8Array(vector.buffer)) };
          return { updateOne: { filter: { _id: `${model}:${id}` }, update: { $setOnInsert: set }, upsert: true } };
        });
        if (writes.length > 0) await vectors.bulkWrite(writes, { ordered: false });
        await vectors.deleteMany({ document_id, version: { $lt: version } });
      }),

    read: (model, ids) =>
      answering(async () => {
        const found = await vectors.find({ _id: { $in: ids.map((id) => `${model}:${id}`) } }).toArray();
        return found.map(({ _id, vector }) => ({
          id: _id.slice(model.length + 1),
          vector: Int8Array.from(new Int8Array(Uint8Array.from(vector.value()).buffer)),
        }));
      }),
  };
}
