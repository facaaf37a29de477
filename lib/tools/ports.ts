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
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | undefined;
}

export type ToolSummary = Omit<ToolRecord, 'config'>;

export interface ToolFilter {
  readonly status: ToolStatus | undefined;
  readonly authorId: string | undefined;
  /** Words that name, slug or description contain. */
  readonly search: string | undefined;
  readonly sort: ToolSort;
}

export const toolSorts = ['-created_at', 'created_at', '-updated_at', 'updated_at', 'name', '-name'] as const;
export type ToolSort = (typeof toolSorts)[number];

/** Tools: the truth, in MySQL. Every change writes its outbox entries in the same transaction. */
export interface ToolStore {
  /** @throws Problem `slug-taken`, also for the slug of a deleted tool. */
  insert(tool: ToolRecord, outbox: readonly OutboxEntry[]): Promise<void>;
  /** By id or slug; the deleted only when asked for. */
  find(idOrSlug: string, options?: { readonly includeDeleted: boolean }): Promise<ToolRecord | undefined>;
  list(
    filter: ToolFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: ToolSummary[]; total: number }>;
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

/** Revisions, in MongoDB, written by the relay worker alone. */
export interface HistoryStore {
  /** Keeps each entry once, however often it is told. */
  append(entries: readonly ToolChanged[]): Promise<void>;
  /** Newest first. */
  page(toolId: string, page: { readonly below: number | undefined; readonly limit: number }): Promise<ToolChanged[]>;
}
