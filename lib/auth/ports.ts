import type { Permission, Role } from '../kernel/caller.ts';
import type { OutboxEntry } from '../outbox/ports.ts';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly role: Role;
  readonly isActive: boolean;
  /** argon2id in PHC string form. */
  readonly passwordHash: string;
  readonly createdAt: Date;
}

/** Users: the truth, in MySQL. Names and addresses compare without case. */
export interface UserStore {
  /** @throws Problem `user-exists` when the name or the address is taken. */
  insert(user: User, outbox: readonly OutboxEntry[]): Promise<void>;
  byId(id: string): Promise<User | undefined>;
  /** By user name or e-mail address. */
  byLogin(login: string): Promise<User | undefined>;
  setPasswordHash(id: string, passwordHash: string, outbox: readonly OutboxEntry[]): Promise<void>;
}

export interface ApiKey {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** The first characters of the key, to tell keys apart. */
  readonly prefix: string;
  /** undefined: everything that the owner may do. */
  readonly scopes: readonly Permission[] | undefined;
  /** Slugs of the servers that it may call; undefined: all. */
  readonly servers: readonly string[] | undefined;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

/** API keys: the truth, in MySQL. What a request checks is their standing, in DynamoDB. */
export interface ApiKeyStore {
  insert(key: ApiKey, hash: string): Promise<void>;
  /** The owner's keys, newest first. */
  listOf(
    userId: string,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: ApiKey[]; total: number }>;
  /** The key and its hash. */
  byId(id: string): Promise<{ key: ApiKey; hash: string } | undefined>;
  revoke(id: string, at: Date): Promise<void>;
  /** Moves `lastUsedAt` forward, never back. */
  used(uses: readonly { readonly id: string; readonly at: Date }[]): Promise<void>;
}

/** What every request needs to know of a user, read strongly consistent from DynamoDB. */
export interface UserStanding {
  readonly userId: string;
  readonly role: Role;
  readonly isActive: boolean;
}

export interface KeyStanding {
  readonly keyId: string;
  readonly userId: string;
  readonly scopes: readonly Permission[] | undefined;
  readonly servers: readonly string[] | undefined;
  readonly expiresAt: Date | undefined;
}

/** A login and every refresh token that came of it. */
export interface SessionFamily {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
  /** The absolute end, 30 days after the login. */
  readonly endsAt: Date;
  /** SHA-256 of the refresh token that is good now. */
  readonly current: string;
  readonly currentExpiresAt: Date;
  /** The one before it: used again within 10 s, a lost answer. `successor` is its answer, encrypted under a key only that token gives. */
  readonly previous: { readonly hash: string; readonly spentAt: Date; readonly successor: string } | undefined;
}

/** Session families and standing, in DynamoDB: single-key conditional writes, strongly consistent reads. */
export interface TrustStore {
  /** One batch read. */
  session(
    sessionId: string,
    userId: string,
  ): Promise<{ family: SessionFamily | undefined; user: UserStanding | undefined }>;
  /** One batch read. */
  key(hash: string, userId: string): Promise<{ key: KeyStanding | undefined; user: UserStanding | undefined }>;
  putUser(standing: UserStanding): Promise<void>;
  putKey(hash: string, standing: KeyStanding): Promise<void>;
  deleteKey(hash: string): Promise<void>;
  openFamily(family: SessionFamily): Promise<void>;
  family(sessionId: string): Promise<SessionFamily | undefined>;
  /** Replaces the family if its current token is still `expectedCurrent`; false when somebody was faster. */
  rotate(family: SessionFamily, expectedCurrent: string): Promise<boolean>;
  endFamily(sessionId: string): Promise<void>;
  /** Ends every family of the user, except one. */
  endFamiliesOf(userId: string, except?: string): Promise<void>;
}
