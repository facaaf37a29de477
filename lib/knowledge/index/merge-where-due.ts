import { newId } from '../../kernel/ids.ts';
import { cachedSegments } from './cached-segments.ts';
import { mergeSegments } from './merge.ts';
import type { Manifest, SegmentEntry, SegmentStore } from './ports.ts';
import { SegmentHeader } from './segment-header.ts';

/** Each is read by every search. */
const mostSegments = 10;
/** Larger ones stay as they are: a merge has to fit a function's memory. */
const mostBytes = 48_000_000;

/** Merges until nothing is due; each merge is one conditional swap, so a process that dies leaves nothing half done. */
export async function mergeWhereDue(segments: SegmentStore, space: string): Promise<void> {
  for (;;) {
    const manifest = await segments.manifest(space);
    const due = dueForMerge(manifest, await staleShare(segments, manifest));
    if (due.length === 0) return;
    await merge(segments, space, manifest, due);
  }
}

async function merge(
  segments: SegmentStore,
  space: string,
  manifest: Manifest,
  due: readonly SegmentEntry[],
): Promise<void> {
  const reader = cachedSegments(segments, 2 * mostBytes);
  const merged = await mergeSegments(reader, { ...manifest, segments: due });
  const id = newId();
  if (merged.passages > 0) await segments.write(id, merged);
  const names = new Set(due.map((entry) => entry.id));
  const dropped = await reader.headers([...names]);
  const kept = manifest.segments.filter((entry) => !names.has(entry.id));
  await segments.swap(space, manifest, {
    segments: merged.passages > 0 ? [...kept, { id, passages: merged.passages, bytes: merged.bytes }] : kept,
    forget: manifest.stale.filter((stale) =>
      dropped.some((header) => header.findDocument(stale.id, stale.version) !== -1),
    ),
  });
}

/**
 * A segment is merged with all smaller ones as soon as these have as many passages together: each is larger than all smaller ones then, and a passage is copied about once for each doubling of the base.
 * Otherwise those of which a third is stale.
 */
function dueForMerge({ segments }: Manifest, share: ReadonlyMap<string, number>): SegmentEntry[] {
  const small = segments.filter(({ bytes }) => bytes < mostBytes / 2).toSorted((a, b) => a.passages - b.passages);
  let due = small.length > mostSegments ? Math.ceil(mostSegments / 2) : 0;
  let passagesBefore = 0;
  for (const [index, { passages }] of small.entries()) {
    if (index > 0 && passagesBefore >= passages) due = Math.max(due, index + 1);
    passagesBefore += passages;
  }
  if (due > 0) return small.slice(0, due);
  return segments.filter(({ id }) => (share.get(id) ?? 0) > 1 / 3);
}

/** Which part of each segment's passages is stale. */
async function staleShare(
  segments: SegmentStore,
  { segments: entries, stale }: Manifest,
): Promise<Map<string, number>> {
  const shares = new Map<string, number>();
  if (stale.length === 0) return shares;
  for (const [id, bytes] of await segments.headers(entries.map((entry) => entry.id))) {
    const header = new SegmentHeader(bytes);
    const dead = new Set(stale.map((version) => header.findDocument(version.id, version.version)));
    const count = header.documentOf.reduce((sum, document) => sum + (dead.has(document) ? 1 : 0), 0);
    shares.set(id, count / Math.max(1, header.passages));
  }
  return shares;
}
