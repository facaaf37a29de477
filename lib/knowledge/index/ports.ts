import type { RankingSettings } from '../search/settings.ts';
import type { EncodedSegment } from './segment.ts';

/** A segment as its manifest names it. */
export interface SegmentEntry {
  readonly id: string;
  readonly passages: number;
  readonly bytes: number;
}

/** A version of a document that is not to be found any more, though a segment may still hold it. */
export interface StaleVersion {
  readonly id: string;
  readonly version: number;
}

/** What a space's index consists of now. */
export interface Manifest {
  /** Rises with each swap. */
  readonly generation: number;
  readonly segments: readonly SegmentEntry[];
  readonly stale: readonly StaleVersion[];
  /** How the space is ranked, once somebody has changed it; `settingsRevision` counts the changes. */
  readonly settings?: RankingSettings;
  readonly settingsRevision?: number;
}

/**
 * Where segments are kept. A segment is written whole before a manifest names it and never changes.
 * Every method @throws Problem `service-unavailable`.
 */
export interface SegmentStore {
  /** Generation 0 without segments when there is none. */
  manifest(space: string): Promise<Manifest>;
  /** False when somebody else has swapped since. What `stale` does not name stays, so that a deletion in between is kept. */
  swap(
    space: string,
    from: Manifest,
    to: { readonly segments: readonly SegmentEntry[]; readonly forget: readonly StaleVersion[] },
  ): Promise<boolean>;
  /** Counts from its answer on, also for a segment that is named later. */
  markStale(space: string, versions: readonly StaleVersion[]): Promise<void>;
  /** Once per id. */
  write(id: string, segment: EncodedSegment): Promise<void>;
  headers(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** By `<segment>:<number>`. */
  blocks(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Removes segments written before `before` which no manifest names; @returns their number. */
  removeUnnamed(before: Date): Promise<number>;
}
