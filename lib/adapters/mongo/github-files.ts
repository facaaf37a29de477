import type { Db } from 'mongodb';
import type { FileStore } from '../../github/ports.ts';

interface FileDocument {
  /** `<connection id>:<path>`: a connection's files are a range of it. */
  readonly _id: string;
  readonly connection_id: string;
  readonly path: string;
  readonly sha: string;
  readonly text: string;
}

// A semicolon is what comes after a colon.
const of = (connectionId: string) => ({ _id: { $gte: `${connectionId}:`, $lt: `${connectionId};` } });

export function mongoGithubFiles(db: Db): FileStore {
  const files = db.collection<FileDocument>('github_files');
  return {
    async filesOf(connectionId) {
      const documents = await files.find(of(connectionId)).toArray();
      return new Map(documents.map(({ path, sha, text }) => [path, { path, sha, text }]));
    },
    async put(connectionId, kept) {
      const ids = kept.map(({ path }) => `${connectionId}:${path}`);
      if (kept.length > 0)
        await files.bulkWrite(
          kept.map(({ path, sha, text }) => ({
            replaceOne: {
              filter: { _id: `${connectionId}:${path}` },
              replacement: { connection_id: connectionId, path, sha, text },
              upsert: true,
            },
          })),
          { ordered: false },
        );
      await files.deleteMany({ $and: [of(connectionId), { _id: { $nin: ids } }] });
    },
    async forget(connectionId) {
      await files.deleteMany(of(connectionId));
    },
  };
}
