import type { OutboxEntry } from '../outbox/ports.ts';

/** A user's account at a remote MCP server: what its issuer gave the platform for this user and this tool. */
export interface Account {
  readonly id: string;
  readonly userId: string;
  readonly toolId: string;
  readonly slug: string;
  readonly issuer: string;
  readonly serverHost: string;
  readonly scope: string;
  /** {@link AccountTokens}, encrypted. */
  readonly tokens: string;
  /** Counts the tokens. */
  readonly version: number;
  readonly createdAt: Date;
}

/** Accounts, in MySQL. */
export interface AccountStore {
  /** Takes the place of the one for the same user, tool and issuer. */
  put(account: Account, outbox: readonly OutboxEntry[]): Promise<void>;
  /** Those of a user for a tool, newest first. */
  of(userId: string, toolId: string): Promise<Account[]>;
  find(id: string): Promise<Account | undefined>;
  listOf(
    userId: string,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: Account[]; total: number }>;
  /** Whether the caller alone may refresh these tokens, for so long; false when somebody else does, or has. */
  claim(account: Pick<Account, 'id' | 'version'>, ms: number): Promise<boolean>;
  release(account: Pick<Account, 'id' | 'version'>): Promise<void>;
  /** Puts the next tokens in the place of these; false when they have been replaced, or the account has ended. */
  renew(account: Pick<Account, 'id' | 'version'>, tokens: string): Promise<boolean>;
  remove(id: string, outbox: readonly OutboxEntry[]): Promise<void>;
}
