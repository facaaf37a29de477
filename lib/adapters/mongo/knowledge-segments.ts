import { Binary, type Db } from 'mongodb';
import type { SegmentEntry, SegmentStore, StaleVersion } from '../../knowledge/index/ports.ts';
import type { RankingSettings } from '../../knowledge/search/settings.ts';
import { answering, isDuplicate } from './errors.ts';

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
  /** `<segment>:h` for the header, `<segment>:<number>` for a block. */
  readonly _id: string;
  readonly space: string;
  readonly segment: string;
  readonly created_at: Date;
  readonly bytes: Binary;
}

export function mongoKnowledgeSegments(db: Db): SegmentStore {
  const manifests = db.collection<ManifestDocument>('knowledge_manifests');
  const parts = db.collection<PartDocument>('knowledge_segments');
  const read = async (keys: readonly string[]): Promise<Map<string, Uint8Array>> => {
    const found = await parts.find({ _id: { $in: [...keys] } }, { projection: { bytes: 1 } }).toArray();
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
          return insertFirst(() =>
            manifests.updateOne(unchanged, { $set, $setOnInsert: { stale: [] } }, { upsert: true }),
          );
        const $pull = { stale: { $in: forget.map(writeStale) } };
        return (await manifests.updateOne(unchanged, { $set, $pull })).matchedCount === 1;
      }),

    markStale: (space, versions) =>
      answering(async () => {
        // A space without a manifest has no segment that could hold them.
        await manifests.updateOne({ _id: space }, { $addToSet: { stale: { $each: versions.map(writeStale) } } });
      }),

    write: (space, id, { header, blocks }) =>
      answering(async () => {
        const created_at = new Date();
        const all = [
          [`${id}:h`, header] as const,
          ...blocks.map((block, number) => [`${id}:${number}`, block] as const),
        ];
        for (let from = 0; from < all.length; from += 100)
          await parts.insertMany(
            all
              .slice(from, from + 100)
              .map(([_id, bytes]) => ({ _id, space, segment: id, created_at, bytes: new Binary(bytes) })),
          );
      }),

    headers: (ids) =>
      answering(async () => {
        const read_ = await read(ids.map((id) => `${id}:h`));
        return new Map([...read_].map(([key, bytes]) => [key.slice(0, -2), bytes]));
      }),

    blocks: (keys) => answering(() => read(keys)),

    removeUnnamed: (space, before) =>
      answering(async () => {
        const old = await parts.find({ space, created_at: { $lt: before } }, { projection: { segment: 1 } }).toArray();
        const named = new Set((await manifests.findOne({ _id: space }))?.segments.map(({ id }) => id));
        const unnamed = [...new Set(old.map(({ segment }) => segment))].filter((segment) => !named.has(segment));
        if (unnamed.length > 0) await parts.deleteMany({ space, segment: { $in: unnamed } });
        return unnamed.length;
      }),
  };
}

async function insertFirst(insert: () => Promise<unknown>): Promise<boolean> {
  try {
    await insert();
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

function writeStale({ id, version }: StaleVersion): string {
  return `${id}.${version}`;
}

function readStale(text: string): StaleVersion {
  const dot = text.lastIndexOf('.');
  return { id: text.slice(0, dot), version: Number(text.slice(dot + 1)) };
}
