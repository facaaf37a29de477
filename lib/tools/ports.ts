import type { ToolChanged } from '../../events/outbox.ts';
import type { OutboxEntry } from '../outbox/ports.ts';
import type { ToolConfig } from './config.ts';
import type { ToolStatus } from './schema.ts';

export interface ToolRecord {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly status: ToolStatus;
  readonly authorId: string;
  readonly revision: number;
  readonly config: ToolConfig;
  /** Encrypted values that `${NAME}` in the configuration stands for, by name. */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | undefined;
}

export type ToolSummary = Omit<ToolRecord, 'config' | 'secrets'>;

export interface ToolFilter {
  readonly status: ToolStatus | undefined;
  readonly authorId: string | undefined;
  /** Words that name, slug or description contain. */
  readonly search: string | undefined;
  readonly sort: ToolSort;
}

export const toolSorts = ['-created_at', 'created_at', '-updated_at', 'updated_at', 'name', '-name'] as const;
export type ToolSort = (typeof toolSorts)[number];

/** Where a tool stands in a list: the value that it is sorted by, and its id. */
export interface ToolMark {
  readonly id: string;
  /** A name, or a time in ISO 8601. */
  readonly key: string;
}

interface ToolWindow {
  /** Where to start; the beginning of the list when there is none. */
  readonly after: ToolMark | undefined;
  readonly skip: number;
  readonly limit: number;
  /** How many tools the list has. */
  readonly total: number;
}

interface ToolOutline {
  readonly total: number;
  readonly marks: readonly ToolMark[];
}

/** Lists of tools that are not deleted. What a walk costs depends on what it skips, not on how far into the list it starts. */
export interface ToolLists {
  /**
   * How long a list is, and where every `every`-th tool of it stands: `marks[n]` is number (n + 1) · `every`. Walks the list's index once. The list of a search has
   * no marks.
   */
  outline(filter: ToolFilter, every: number): Promise<ToolOutline>;
  walk(filter: ToolFilter, window: ToolWindow): Promise<ToolSummary[]>;
}

/** Tools: the truth, in MySQL. Every change writes its outbox entries in the same transaction. */
export interface ToolStore extends ToolLists, PurgeStore, ToolRevisions {
  /**
   * All of `tools` or none. When their ids are there, an earlier try of the same request made them.
   * @returns the tools as they are kept.
   * @throws Problem `slug-taken`, also for the slug of a deleted tool.
   */
  insert(tools: readonly ToolRecord[], outbox: readonly OutboxEntry[]): Promise<readonly ToolRecord[]>;
  /** The slugs that are taken of `base`, `base-2`, `base-3` …, by deleted tools too. */
  slugsLike(base: string): Promise<string[]>;
  /** By id or slug; the deleted only when asked for, the purged never. */
  find(idOrSlug: string, options?: { readonly includeDeleted: boolean }): Promise<ToolRecord | undefined>;
  /**
   * Locks the tool (not a deleted one), lets `decide` make the next revision from what is there, and writes both it and its
   * outbox entries. The same object again means that nothing changes.
   * @returns undefined when there is no such tool. What `decide` throws rolls back.
   */
  change(
    idOrSlug: string,
    decide: (current: ToolRecord) => { readonly next: ToolRecord; readonly outbox: readonly OutboxEntry[] },
  ): Promise<ToolRecord | undefined>;
}

export interface ToolRevisions {
  /** The newest revision of each of these tools, deleted ones too; nothing of those that are not there. */
  newestRevisions(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/** What is deleted may be asked to leave nothing but its slug. */
export interface PurgeStore {
  /** Tools that were deleted before `before` and still hold something, of which everything has been published. Oldest first. */
  purgeable(
    before: Date,
    limit: number,
  ): Promise<{ readonly id: string; readonly slug: string; readonly deletedAt: Date }[]>;
  /** Empties the tool's row. */
  purge(id: string, at: Date): Promise<void>;
}

/** Revisions, in MongoDB, written by the relay worker alone. */
export interface HistoryStore {
  /** Keeps each entry once, however often it is published. */
  append(entries: readonly ToolChanged[]): Promise<void>;
  /** Newest first. */
  page(toolId: string, page: { readonly below: number | undefined; readonly limit: number }): Promise<ToolChanged[]>;
  /** Deletes every revision of a tool. */
  forget(toolId: string): Promise<void>;
  /** Entries of all tools behind this one, ordered by id. */
  after(
    id: string,
    limit: number,
  ): Promise<{ readonly id: string; readonly toolId: string; readonly revision: number }[]>;
  remove(ids: readonly string[]): Promise<void>;
}
