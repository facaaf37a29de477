import { Binary, type Db, type Filter, MongoBulkWriteError } from 'mongodb';
import {
  type DocumentChange,
  type DocumentFilter,
  type DocumentStore,
  type IndexStatus,
  indexStatuses,
} from '../../knowledge/ports.ts';
import { answering, duplicateKey, isDuplicate } from './errors.ts';
import {
  documentOf,
  headOf,
  keptDocument,
  keptPassage,
  type KnowledgeDocument,
  type KnowledgePassage,
  passageOf,
  withoutContent,
} from './knowledge-records.ts';
import { quotaOf } from './knowledge-quota.ts';
import { versionsOf } from './knowledge-versions.ts';

export function mongoKnowledgeDocuments(db: Db): DocumentStore {
  const documents = db.collection<KnowledgeDocument>('knowledge_documents');
  const passages = db.collection<KnowledgePassage>('knowledge_passages');
  const others = ['knowledge_judgements', 'knowledge_vectors'].map((name) => db.collection(name));
  const alive = { deleted_at: { $exists: false } } as const;
  return {
    ...quotaOf(db, documents),
    ...versionsOf(db, documents, passages),

    insert: (record, upload) =>
      answering(async () => {
        const { id: _id, ...document } = record;
        const $setOnInsert = { ...keptDocument(document), ...(upload && { upload: new Binary(upload) }) };
        return (await documents.updateOne({ _id }, { $setOnInsert }, { upsert: true })).upsertedCount === 1;
      }),

    find: (id) =>
      answering(async () => {
        const found = await documents.findOne({ _id: id, ...alive }, { projection: { upload: 0 } });
        return found ? documentOf(found) : undefined;
      }),

    heads: (ids) =>
      answering(async () => {
        if (ids.length === 0) return [];
        const found = documents.find({ _id: { $in: [...ids] }, ...alive }, { projection: withoutContent });
        return (await found.toArray()).map(headOf);
      }),

    list: (filter, { offset, limit }) =>
      answering(async () => {
        const where = { ...conditions(filter), ...alive };
        const [items, total] = await Promise.all([
          documents.find(where, { projection: withoutContent }).sort({ _id: -1 }).skip(offset).limit(limit).toArray(),
          documents.countDocuments(where),
        ]);
        return { items: items.map(headOf), total };
      }),

    countByStatus: (space) =>
      answering(async () => {
        const counts = indexStatuses.map(async (index_status) => {
          return [index_status, await documents.countDocuments({ space, index_status, ...alive })] as const;
        });
        return Object.fromEntries(await Promise.all(counts)) as Record<IndexStatus, number>;
      }),

    findByDigest: (space, digest) =>
      answering(
        async () =>
          (await documents.findOne({ space, digest, ...alive }, { projection: { _id: 1 } }))?._id ?? undefined,
      ),

    upload: (id) =>
      answering(async () => {
        const found = await documents.findOne({ _id: id, ...alive }, { projection: { upload: 1 } });
        return found?.upload ? Uint8Array.from(found.upload.value()) : undefined;
      }),

    noteParsing: (id, version) =>
      answering(async () => {
        const noted = await documents.findOneAndUpdate(
          { _id: id, version },
          { $inc: { parses: 1 } },
          { returnDocument: 'after', projection: { parses: 1 } },
        );
        return noted?.parses ?? 0;
      }),

    change: (id, version, change) =>
      answering(async () => {
        const { matchedCount } = await documents.updateOne({ _id: id, version, ...alive }, updateOf(change));
        return matchedCount === 1;
      }),

    markIndexed: (versions) =>
      answering(async () => {
        const updates = versions.map(({ id, version }) => ({
          updateOne: { filter: { _id: id, version, ...alive }, update: { $set: { index_status: 'indexed' as const } } },
        }));
        const { matchedCount } = await documents.bulkWrite(updates, { ordered: false });
        if (matchedCount === versions.length) return [];
        const ids = versions.map(({ id }) => id);
        const found = await documents.find({ _id: { $in: ids }, ...alive }, { projection: { version: 1 } }).toArray();
        const versionOf = new Map(found.map(({ _id, version }) => [_id, version]));
        return versions.filter(({ id, version }) => versionOf.get(id) !== version);
      }),

    markDeleted: (id) =>
      answering(async () => {
        const marked = await documents.findOneAndUpdate(
          { _id: id, ...alive },
          { $set: { deleted_at: new Date(), index_status: 'failed' } },
          { projection: withoutContent },
        );
        return marked ? headOf(marked) : undefined;
      }),

    remove: (id) =>
      answering(async () => {
        for (const parts of [passages, ...others]) await parts.deleteMany({ document_id: id });
        await documents.deleteOne({ _id: id, deleted_at: { $exists: true } });
      }),

    unembedded: (space, model, limit) =>
      answering(async () => {
        const found = documents
          .find(
            { space, index_status: 'indexed', embedding_model: { $ne: model }, ...alive },
            { projection: withoutContent },
          )
          .limit(limit);
        return (await found.toArray()).map(headOf);
      }),

    pending: (space, limit, first) =>
      answering(async () => {
        const found = documents
          .find({ space, index_status: 'pending', ...alive }, { projection: withoutContent })
          .sort({ updated_at: first === 'longest' ? 1 : -1 })
          .limit(limit);
        return (await found.toArray()).map(headOf);
      }),

    isEarlierPending: ({ space, updatedAt }, since) =>
      answering(async () => {
        const waiting = { index_status: 'pending', space, updated_at: { $gt: since, $lt: updatedAt } } as const;
        return (await documents.findOne({ ...waiting, ...alive }, { projection: { _id: 1 } })) !== null;
      }),

    leftovers: (before, limit) =>
      answering(async () => {
        const [waiting, deleted, unparsed] = await Promise.all([
          documents
            .find({ index_status: 'pending', updated_at: { $lt: before }, ...alive }, { projection: { space: 1 } })
            .limit(limit)
            .toArray(),
          documents
            .find({ deleted_at: { $lt: before } }, { projection: withoutContent })
            .limit(limit)
            .toArray(),
          documents
            .find({ index_status: 'parsing', updated_at: { $lt: before }, ...alive }, { projection: withoutContent })
            .limit(limit)
            .toArray(),
        ]);
        return {
          pendingSpaces: [...new Set(waiting.map(({ space }) => space))],
          deleted: deleted.map(headOf),
          unparsed: unparsed.map(headOf),
        };
      }),

    insertPassages: (records) =>
      answering(async () => {
        if (records.length > 0)
          await withoutRepeats(() => passages.insertMany(records.map(keptPassage), { ordered: false }));
      }),

    passages: (ids) =>
      answering(async () => {
        if (ids.length === 0) return [];
        return (await passages.find({ _id: { $in: [...ids] } }).toArray()).map(passageOf);
      }),

    passagesOf: (versions) =>
      answering(async () => {
        const wanted = new Map(versions.map(({ id, version }) => [id, version]));
        const found = await passages.find({ document_id: { $in: [...wanted.keys()] } }).toArray();
        return found
          .filter(({ document_id, version }) => wanted.get(document_id) === version)
          .toSorted((a, b) => a.ordinal - b.ordinal)
          .map(passageOf);
      }),

    removePassages: (documentId, before) =>
      answering(async () => {
        await passages.deleteMany({ document_id: documentId, version: { $lt: before } });
      }),
  };
}

/** A repeated request or job writes what is there already. */
async function withoutRepeats(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const isRepeat =
      error instanceof MongoBulkWriteError
        ? [error.writeErrors].flat().every(({ code }) => code === duplicateKey)
        : isDuplicate(error);
    if (!isRepeat) throw error;
  }
}

function conditions({ space, ownerId, indexStatus, search }: DocumentFilter): Filter<KnowledgeDocument> {
  return {
    space,
    ...(ownerId !== undefined && { owner_id: ownerId }),
    ...(indexStatus !== undefined && { index_status: indexStatus }),
    ...(search !== undefined && {
      title: { $regex: search.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`), $options: 'i' },
    }),
  };
}

function updateOf({ upload, ...change }: DocumentChange) {
  return {
    $set: { ...keptDocument(change), ...(upload && { upload: new Binary(upload), parses: 0 }) },
    ...(upload === null && { $unset: { upload: '' as const, parses: '' as const } }),
  };
}
