import { type CreateIndexesOptions, type Db, type IndexSpecification, MongoClient } from 'mongodb';

type Index = readonly [key: IndexSpecification, options?: CreateIndexesOptions];

/** The indexes of every collection, by what reads them. */
const indexes: Readonly<Record<string, readonly Index[]>> = {
  task_results: [
    [{ owner_id: 1, _id: -1 }],
    [{ due_at: 1 }, { sparse: true }],
    [{ expires_at: 1 }, { expireAfterSeconds: 0 }],
  ],
  knowledge_documents: [
    [{ space: 1, _id: -1 }],
    [{ owner_id: 1 }],
    [{ space: 1, digest: 1 }],
    [{ index_status: 1, space: 1, updated_at: 1 }],
    [{ deleted_at: 1 }, { sparse: true }],
  ],
  knowledge_passages: [[{ document_id: 1, version: 1, ordinal: 1 }]],
  knowledge_vectors: [[{ document_id: 1 }]],
  knowledge_segments: [[{ created_at: 1 }, { sparse: true }]],
  knowledge_judgements: [[{ created_at: -1 }], [{ document_id: 1 }]],
  model_spending: [[{ expires_at: 1 }, { expireAfterSeconds: 0 }]],
};

/** Makes the indexes that are missing; those that are there stay. */
export async function createIndexes(db: Db): Promise<void> {
  await Promise.all(
    Object.entries(indexes).flatMap(([collection, wanted]) =>
      wanted.map(([key, options]) => db.collection(collection).createIndex(key, options)),
    ),
  );
}

/** The same at an address; waits at most 10 s for the server. */
export async function createIndexesAt(url: string): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 10_000 });
  try {
    await createIndexes(client.db());
  } finally {
    await client.close();
  }
}
