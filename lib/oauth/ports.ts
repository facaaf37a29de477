import type { OutboxEntry } from '../outbox/ports.ts';

/** An application that a user lets act for them. */
export interface GrantRecord {
  /** Of its session family, too. */
  readonly id: string;
  readonly userId: string;
  /** See {@link clientKey}. */
  readonly clientKey: string;
  readonly clientName: string;
  /** The host that vouches for the client; undefined for one that registered itself. */
  readonly clientHost: string | undefined;
  readonly redirectHost: string;
  readonly resource: string;
  readonly scope: string;
  readonly createdAt: Date;
  /** When it ends by itself. */
  readonly endsAt: Date;
}

/** Grants, in MySQL. What a request checks is the session family, in DynamoDB. */
export interface GrantStore {
  insert(grant: GrantRecord, outbox: readonly OutboxEntry[]): Promise<void>;
  /** Those in force, newest first. */
  listOf(
    userId: string,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: GrantRecord[]; total: number }>;
  find(id: string): Promise<GrantRecord | undefined>;
  /** Whether the user has let this client reach this resource, and has not taken that back. */
  isRemembered(userId: string, clientKey: string, resource: string): Promise<boolean>;
  revoke(id: string, at: Date, outbox: readonly OutboxEntry[]): Promise<void>;
}

/** Codes by their hash: authorization codes for a minute, device codes and user codes for ten. */
export interface CodeStore {
  put(hash: string, encrypted: string, expiresAt: Date): Promise<void>;
  /** What a code stands for, without using it; undefined for an unknown one, and some time after it has expired. */
  read(hash: string): Promise<{ readonly encrypted: string; readonly isOver: boolean } | undefined>;
  /** Makes a code that has neither expired nor been used stand for something else. @returns false when it does not stand for `former` any more. */
  replace(hash: string, former: string, encrypted: string): Promise<boolean>;
  /** The first to ask gets `first`; everybody after that makes the code a replayed one. undefined for an unknown or expired code. */
  spend(hash: string): Promise<{ readonly encrypted: string; readonly first: boolean } | undefined>;
  wasReplayed(hash: string): Promise<boolean>;
}
