import type { CreateIndexesOptions, Db, IndexSpecification } from 'mongodb';

type Index = readonly [key: IndexSpecification, options?: CreateIndexesOptions];

/** The indexes of every collection, by what reads them. */
const indexes: Readonly<Record<string, readonly Index[]>> = {
  task_results: [
    [{ owner_id: 1, _id: -1 }],
    [{ due_at: 1 }, { sparse: true }],
    [{ expires_at: 1 }, { expireAfterSeconds: 0 }],
  ],
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
