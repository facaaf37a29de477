import type { Db } from 'mongodb';
import { ToolChanged } from '../../../events/outbox.ts';
import type { HistoryStore } from '../../tools/ports.ts';
import { answering } from './errors.ts';

interface HistoryDocument {
  /** `<tool id>:<revision, ten digits>`: unique by itself, and a page of a tool's history is a range of it. */
  readonly _id: string;
  readonly tool_id: string;
  readonly revision: number;
  /** JSON. A configuration's keys may hold what BSON keys may not, and their order is kept. */
  readonly entry: string;
}

function idOf(toolId: string, revision: number): string {
  return `${toolId}:${String(revision).padStart(10, '0')}`;
}

export function mongoHistory(db: Db): HistoryStore {
  const history = db.collection<HistoryDocument>('mcp_config_history');
  return {
    async append(entries) {
      if (entries.length === 0) return;
      await history.bulkWrite(
        entries.map((entry) => {
          const _id = idOf(entry.tool_id, entry.revision);
          const { tool_id, revision } = entry;
          return {
            updateOne: {
              filter: { _id },
              update: { $setOnInsert: { tool_id, revision, entry: JSON.stringify(entry) } },
              upsert: true,
            },
          };
        }),
        { ordered: false },
      );
    },
    async page(toolId, { below, limit }) {
      const documents = await answering(() =>
        history
          .find({ _id: { $gte: idOf(toolId, 0), $lt: idOf(toolId, below ?? 9_999_999_999) } })
          .sort({ _id: -1 })
          .limit(limit)
          .toArray(),
      );
      return documents.map(({ entry }) => ToolChanged.parse(JSON.parse(entry)));
    },
    async forget(toolId) {
      await history.deleteMany({ _id: { $gte: idOf(toolId, 0), $lte: idOf(toolId, 9_999_999_999) } });
    },
    async after(id, limit) {
      const found = await history
        .find({ _id: { $gt: id } }, { projection: { tool_id: 1, revision: 1 } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id, tool_id: toolId, revision }) => ({ id: _id, toolId, revision }));
    },
    async remove(ids) {
      if (ids.length > 0) await history.deleteMany({ _id: { $in: [...ids] } });
    },
  };
}
