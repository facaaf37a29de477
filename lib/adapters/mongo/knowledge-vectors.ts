import { Binary, type Db } from 'mongodb';
import type { VectorStore } from '../../knowledge/vectors/ports.ts';
import { answering } from './errors.ts';

interface VectorDocument {
  /** `<model>:<passage>` */
  readonly _id: string;
  readonly document_id: string;
  readonly vector: Binary;
}

export function mongoKnowledgeVectors(db: Db): VectorStore {
  const vectors = db.collection<VectorDocument>('knowledge_vectors');
  return {
    write: (model, document_id, kept) =>
      answering(async () => {
        if (kept.length === 0) return;
        await vectors.bulkWrite(
          kept.map(({ id, vector }) => ({
            updateOne: {
              filter: { _id: `${model}:${id}` },
              update: { $setOnInsert: { document_id, vector: new Binary(new Uint8Array(vector.buffer)) } },
              upsert: true,
            },
          })),
          { ordered: false },
        );
      }),

    read: (model, ids) =>
      answering(async () => {
        const found = await vectors.find({ _id: { $in: ids.map((id) => `${model}:${id}`) } }).toArray();
        return found.map(({ _id, vector }) => ({
          id: _id.slice(model.length + 1),
          vector: Int8Array.from(new Int8Array(Uint8Array.from(vector.value()).buffer)),
        }));
      }),

    remove: (documentId) =>
      answering(async () => {
        await vectors.deleteMany({ document_id: documentId });
      }),
  };
}
