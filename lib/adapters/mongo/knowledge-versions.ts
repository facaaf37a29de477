import type { Collection, Db } from 'mongodb';
import type { DocumentStore } from '../../knowledge/ports.ts';
import { answering, trueUnlessDuplicate } from './errors.ts';
import type { KnowledgeDocument, KnowledgePassage } from './knowledge-records.ts';

interface Write {
  /** `<document>.<version>` */
  readonly _id: string;
  readonly begun_at: Date;
}

/** Which versions are being written: what a process that died has left of one is found by its note. */
export function versionsOf(
  db: Db,
  documents: Collection<KnowledgeDocument>,
  passages: Collection<KnowledgePassage>,
): Pick<DocumentStore, 'noteVersion' | 'endVersions' | 'abandonVersion' | 'unfinishedVersions'> {
  const writes = db.collection<Write>('knowledge_writes');
  const vectors = db.collection('knowledge_vectors');
  return {
    noteVersion: (id, version) =>
      answering(() => trueUnlessDuplicate(() => writes.insertOne({ _id: `${id}.${version}`, begun_at: new Date() }))),

    endVersions: (versions) =>
      answering(async () => {
        await writes.deleteMany({ _id: { $in: versions.map(({ id, version }) => `${id}.${version}`) } });
      }),

    abandonVersion: (id, version) =>
      answering(async () => {
        const current = { _id: id, version, deleted_at: { $exists: false } };
        if (!(await documents.findOne(current, { projection: { _id: 1 } })))
          await Promise.all([
            passages.deleteMany({ document_id: id, version }),
            vectors.deleteMany({ document_id: id, version }),
          ]);
        await writes.deleteOne({ _id: `${id}.${version}` });
      }),

    unfinishedVersions: (before, limit) =>
      answering(async () => {
        const found = await writes
          .find({ begun_at: { $lt: before } })
          .limit(limit)
          .toArray();
        return found.map(({ _id }) => {
          const dot = _id.lastIndexOf('.');
          return { id: _id.slice(0, dot), version: Number(_id.slice(dot + 1)) };
        });
      }),
  };
}
