import { Binary, type Db } from 'mongodb';
import type { SegmentEntry, SegmentStore, StaleVersion } from '../../knowledge/index/ports.ts';
import type { RankingSettings } from '../../knowledge/search/settings.ts';
import { answering, trueUnlessDuplicate } from './errors.ts';

export interface ManifestDocument {
  /** The space. */
  readonly _id: string;
  readonly generation: number;
  readonly segments: readonly SegmentEntry[];
  /** `<document>.<version>` */
  readonly stale: readonly string[];
  /** Once an admin has changed them. */
  readonly settings?: RankingSettings;
  readonly settings_revision?: number;
}

interface PartDocument {
  /** `<segment>:h` for the header, which is written first, `<segment>:<number>` for a block. */
  readonly _id: string;
  readonly bytes: Binary;
  /** Of a header: a segment that no manifest names is found by it. */
  readonly created_at?: Date;
}

export function mongoKnowledgeSegments(db: Db): SegmentStore {
  const manifests = db.collection<ManifestDocument>('knowledge_manifests');
  const parts = db.collection<PartDocument>('knowledge_segments');
  const read = async (keys: readonly string[]): Promise<Map<string, Uint8Array>> => {
    const found = await parts.find({ _id: { $in: [...keys] } }).toArray();
    return new Map(found.map(({ _id, bytes }) => [_id, Uint8Array.from(bytes.value())]));
  };
  return {
    manifest: (space) =>
      answering(async () => {
        const found = await manifests.findOne({ _id: space });
        if (!found) return { generation: 0, segments: [], stale: [] };
        const { generation, segments, stale, settings, settings_revision } = found;
        const changed = settings && { settings, settingsRevision: settings_revision ?? 0 };
        return { generation, segments, stale: stale.map(readStale), ...changed };
      }),

    swap: (space, from, { segments, forget }) =>
      answering(async () => {
        const $set = { generation: from.generation + 1, segments };
        const unchanged = { _id: space, generation: from.generation };
        if (from.generation === 0)
          return trueUnlessDuplicate(() =>
            manifests.updateOne(unchanged, { $set, $setOnInsert: { stale: [] } }, { upsert: true }),
          );
        const $pull = { stale: { $in: forget.map(writeStale) } };
        return (await manifests.updateOne(unchanged, { $set, $pull })).matchedCount === 1;
      }),

    markStale: (space, versions) =>
      answering(async () => {
        // Whoever makes the first segment of the space may just be about to name it.
        const none = { generation: 0, segments: [] };
        const stale = { $each: versions.map(writeStale) };
        await manifests.updateOne({ _id: space }, { $addToSet: { stale }, $setOnInsert: none }, { upsert: true });
      }),

    write: (id, { header, blocks }) =>
      answering(async () => {
        await parts.insertOne({ _id: `${id}:h`, bytes: new Binary(header), created_at: new Date() });
        for (let from = 0; from < blocks.length; from += 100) {
          const some = blocks.slice(from, from + 100);
          await parts.insertMany(some.map((block, at) => ({ _id: `${id}:${from + at}`, bytes: new Binary(block) })));
        }
      }),

    headers: (ids) =>
      answering(async () => {
        const read_ = await read(ids.map((id) => `${id}:h`));
        return new Map([...read_].map(([key, bytes]) => [key.slice(0, -2), bytes]));
      }),

    blocks: (keys) => answering(() => read(keys)),

    removeUnnamed: (before) =>
      answering(async () => {
        const headers = await parts.find({ created_at: { $lt: before } }, { projection: { _id: 1 } }).toArray();
        const spaces = await manifests.find({}, { projection: { segments: 1 } }).toArray();
        const named = new Set(spaces.flatMap(({ segments }) => segments.map(({ id }) => id)));
        const unnamed = headers.map(({ _id }) => _id.slice(0, -2)).filter((id) => !named.has(id));
        for (const id of unnamed) {
          // The header last: by it the blocks are found again when the process dies in between.
          await parts.deleteMany({ _id: { $gte: `${id}:0`, $lt: `${id}:h` } });
          await parts.deleteOne({ _id: `${id}:h` });
        }
        return unnamed.length;
      }),
  };
}

function writeStale({ id, version }: StaleVersion): string {
  return `${id}.${version}`;
}

function readStale(text: string): StaleVersion {
  const dot = text.lastIndexOf('.');
  return { id: text.slice(0, dot), version: Number(text.slice(dot + 1)) };
}
