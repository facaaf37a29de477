import type { Db } from 'mongodb';
import type { Judgement, JudgementStore } from '../../knowledge/judgements/ports.ts';
import { answering, trueUnlessDuplicate } from './errors.ts';
import type { ManifestDocument } from './knowledge-segments.ts';

interface JudgementDocument {
  readonly _id: string;
  readonly query: string;
  readonly document_id: string;
  readonly relevance: number;
  readonly judged_by: string;
  readonly created_at: Date;
}

export function mongoKnowledgeJudgements(db: Db): JudgementStore {
  const judgements = db.collection<JudgementDocument>('knowledge_judgements');
  const manifests = db.collection<ManifestDocument>('knowledge_manifests');
  return {
    put: ({ id, query, documentId, relevance, judgedBy, createdAt }) =>
      answering(async () => {
        const kept = { query, document_id: documentId, relevance, judged_by: judgedBy, created_at: createdAt };
        await judgements.updateOne({ _id: id }, { $set: kept }, { upsert: true });
      }),

    find: (id) =>
      answering(async () => {
        const found = await judgements.findOne({ _id: id });
        return found ? judgementOf(found) : undefined;
      }),

    remove: (id) =>
      answering(async () => {
        await judgements.deleteOne({ _id: id });
      }),

    list: ({ offset, limit }) =>
      answering(async () => {
        const [items, total] = await Promise.all([
          judgements.find().sort({ created_at: -1, _id: 1 }).skip(offset).limit(limit).toArray(),
          judgements.countDocuments(),
        ]);
        return { items: items.map(judgementOf), total };
      }),

    changeSettings: (space, revision, settings) =>
      answering(async () => {
        const change = { $set: { settings, settings_revision: revision + 1 } };
        if (revision > 0)
          return (await manifests.updateOne({ _id: space, settings_revision: revision }, change)).matchedCount === 1;
        // The space may have no index yet. One with settings is not found, and making it anew fails because it is there.
        const first = { _id: space, settings_revision: { $exists: false } };
        const none = { generation: 0, segments: [], stale: [] };
        return trueUnlessDuplicate(() =>
          manifests.updateOne(first, { ...change, $setOnInsert: none }, { upsert: true }),
        );
      }),
  };
}

function judgementOf({ _id, query, document_id, relevance, judged_by, created_at }: JudgementDocument): Judgement {
  return { id: _id, query, documentId: document_id, relevance, judgedBy: judged_by, createdAt: created_at };
}
