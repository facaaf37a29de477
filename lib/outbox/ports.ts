import type { OutboxMessage } from '../../events/outbox.ts';

/** Something that became true in the same transaction and is not published yet. */
export interface OutboxEntry {
  /** UUIDv7: keys every effect of its publication, so that publishing twice changes nothing. */
  readonly id: string;
  readonly message: OutboxMessage;
}

export interface StoredOutboxEntry extends OutboxEntry {
  readonly createdAt: Date;
  /** The request that caused it; undefined for what no request did. */
  readonly origin: { readonly request_id: string; readonly source_ip?: string | undefined } | undefined;
}

/** Entries are written by the stores, in the transaction of the change that they report. */
export interface OutboxStore {
  /** Those of `ids` that are still there. */
  byIds(ids: readonly string[]): Promise<StoredOutboxEntry[]>;
  /** Written before `before`: their message was lost or their worker died. Oldest first. */
  olderThan(before: Date, limit: number): Promise<string[]>;
  /** What is not published yet about one tool. */
  ofTool(toolId: string): Promise<StoredOutboxEntry[]>;
  remove(ids: readonly string[]): Promise<void>;
  /** For what happened outside MySQL. */
  add(entries: readonly OutboxEntry[]): Promise<void>;
}

/** Follows published entries; its effects are keyed by the entry, because it may see one twice. */
export type OutboxConsumer = (entries: readonly StoredOutboxEntry[]) => Promise<void>;

/** The queue to the relay worker. */
export interface Relay {
  /** Hands outbox ids over. A failure loses nothing, the sweeper finds the entries within a minute: it is logged, not thrown. */
  send(ids: readonly string[]): Promise<void>;
}
