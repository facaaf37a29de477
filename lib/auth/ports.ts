import type { Permission, Role } from '../kernel/http/caller.ts';
import type { OutboxEntry } from '../outbox/ports.ts';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly role: Role;
  readonly isActive: boolean;
  /** argon2id in PHC string form. */
  readonly passwordHash: string;
  /** Whether the operator made the password: it opens nothing until the user has replaced it. */
  readonly passwordIsTemporary: boolean;
  readonly secondFactor: SecondFactor | undefined;
  readonly createdAt: Date;
  /** Moves strictly forward with each change of role, activity, password or second factor: the version of the user's status. */
  readonly updatedAt: Date;
}

/** Time-based one-time passwords (RFC 6238). */
export interface SecondFactor {
  /** Encrypted. */
  readonly secret: string;
  /** Whether a code has shown that the user's device has the secret; until then it is not asked for. */
  readonly isConfirmed: boolean;
  /** The time step of the last code that was taken: a code is good once. */
  readonly lastStep: number;
  /** SHA-256 of the recovery codes that are left. */
  readonly recoveryHashes: readonly string[];
}

/** What of a user may change. */
type UserChanges = Partial<Pick<User, 'role' | 'isActive' | 'passwordHash' | 'passwordIsTemporary' | 'secondFactor'>>;

export interface UserFilter {
  readonly role: Role | undefined;
  readonly isActive: boolean | undefined;
  /** Part of the name or the address. */
  readonly search: string | undefined;
}

/** Users: the truth, in MySQL. Names and addresses compare without case. Changes write their outbox entries in the same transaction. */
export interface UserStore {
  /**
   * Spends the invitation, when one is named. A user whose id is there already was made by an earlier try.
   * With an identity, the user is linked to it at once.
   * @throws Problem `user-exists` when the name, the address or the identity is taken, `invalid-invite` when the invitation has just been used.
   */
  insert(
    user: User,
    outbox?: readonly OutboxEntry[],
    inviteId?: string,
    identity?: { readonly id: string; readonly issuer: string; readonly subject: string },
  ): Promise<void>;
  /**
   * Locks the user, lets `decide` say what becomes different, and moves `updatedAt` strictly forward, to `at`. undefined changes nothing.
   * @returns the user as it is then; undefined when there is none. What `decide` throws rolls back.
   */
  change(
    id: string,
    decide: (
      current: User,
      facts: { readonly at: Date; readonly isLastAdmin: boolean },
    ) => { readonly changes: UserChanges; readonly outbox: readonly OutboxEntry[] } | undefined,
  ): Promise<User | undefined>;
  /** By name. */
  list(
    filter: UserFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: User[]; total: number }>;
  byId(id: string): Promise<User | undefined>;
  /** By user name or e-mail address. */
  byLogin(login: string): Promise<User | undefined>;
  /** Another hash of the same password. Changes nothing when the password has changed since `from` was read. */
  rehashPassword(id: string, from: string, to: string): Promise<void>;
}

export interface Invite {
  readonly id: string;
  /** The address that it is for; undefined: anybody's. */
  readonly email: string | undefined;
  readonly role: Role;
  /** undefined: the operator, at the command line. */
  readonly createdBy: string | undefined;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | undefined;
}

/** Invitations, in MySQL, by the SHA-256 (in hex) of their text. */
export interface InviteStore {
  insert(invite: Invite, hash: string, outbox: readonly OutboxEntry[]): Promise<void>;
  byHash(hash: string): Promise<Invite | undefined>;
}

export interface ApiKey {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** The first characters of the key, to distinguish keys. */
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

/** API keys: the truth, in MySQL. What a request checks is their status, in DynamoDB. Hashes are SHA-256 in hex. */
export interface ApiKeyStore {
  /** A key whose id is there already was made by an earlier try: it gets the new hash. */
  insert(key: ApiKey, hash: string, outbox: readonly OutboxEntry[]): Promise<void>;
  /** The owner's keys, newest first. */
  listOf(
    userId: string,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: ApiKey[]; total: number }>;
  byId(id: string): Promise<{ key: ApiKey; hash: string } | undefined>;
  /** Keeps the moment of the first revocation. */
  revoke(id: string, at: Date, outbox: readonly OutboxEntry[]): Promise<void>;
  /** Moves `lastUsedAt` forward, never back. */
  used(uses: readonly { readonly id: string; readonly at: Date }[]): Promise<void>;
}

/** What every request needs to know of a user, read strongly consistent from DynamoDB. */
export interface UserStatus {
  readonly userId: string;
  readonly role: Role;
  readonly isActive: boolean;
  readonly hasSecondFactor: boolean;
  /** `updatedAt` of the user that this was taken from. */
  readonly version: Date;
}

/** Which of a user's sessions are over without their families having been looked up. */
interface SessionsEnded {
  /** Logins that were checked against an older version of the user are over, */
  readonly before: Date;
  /** except this one, which must be active. */
  readonly except: string | undefined;
}

export interface KeyStatus {
  readonly keyId: string;
  readonly userId: string;
  readonly scopes: readonly Permission[] | undefined;
  readonly servers: readonly string[] | undefined;
  readonly expiresAt: Date | undefined;
}

/** A refresh token that was exchanged. `successor` is the one that replaced it, encrypted under a key that only the spent one gives. */
export interface SpentToken {
  readonly hash: string;
  readonly spentAt: Date;
  readonly successor: string;
}

/** A login and every refresh token that came of it. */
export interface SessionFamily {
  readonly id: string;
  readonly userId: string;
  /** `updatedAt` of the user whose password the login was checked against. */
  readonly userVersion: Date;
  /** Distinguishes tokens of this family from forgeries; good for nothing else. */
  readonly macKey: string;
  /** The absolute end, 30 days after the login. */
  readonly endsAt: Date;
  /** SHA-256 of the refresh token that is good now. */
  readonly current: string;
  readonly currentExpiresAt: Date;
  /** Those that were spent lately, the last one first. */
  readonly spent: readonly SpentToken[];
  /** There when the session is an application's. */
  readonly grant: ApplicationGrant | undefined;
}

/** What a user lets an application do in their name (OAuth 2.1). */
export interface ApplicationGrant {
  /** The id of its session family, too. */
  readonly id: string;
  readonly clientId: string;
  /** The MCP endpoint that its tokens are for: a URL of ours. */
  readonly resource: string;
  readonly scope: string;
}

export type KnownUser = UserStatus & { readonly sessionsEnded: SessionsEnded | undefined };

/**
 * Refresh-token families, and the status of users and keys, in DynamoDB: single-key conditional writes, strongly consistent reads.
 * Every method @throws Problem `service-unavailable` when DynamoDB does not answer within 2 s.
 */
export interface SessionStore {
  /** One batch read. */
  session(
    sessionId: string,
    userId: string,
  ): Promise<{ family: SessionFamily | undefined; user: KnownUser | undefined }>;
  /** One batch read. */
  key(hash: string, userId: string): Promise<{ key: KeyStatus | undefined; user: KnownUser | undefined }>;
  user(userId: string): Promise<KnownUser | undefined>;
  family(sessionId: string): Promise<SessionFamily | undefined>;
  /** Those that are not over, of 100 ids at most, in any order. */
  families(sessionIds: readonly string[]): Promise<SessionFamily[]>;
  /** Changes nothing when a newer version is there. */
  putUser(status: UserStatus): Promise<void>;
  putKey(hash: string, status: KeyStatus): Promise<void>;
  deleteKey(hash: string): Promise<void>;
  openFamily(family: SessionFamily): Promise<void>;
  /** Replaces the family if its current token is still `expectedCurrent`; false when somebody was faster. */
  rotate(family: SessionFamily, expectedCurrent: string): Promise<boolean>;
  endFamily(sessionId: string): Promise<void>;
  /** Ends the user's sessions that are older than a version of the user. */
  endFamiliesOf(userId: string, ended: SessionsEnded): Promise<void>;
}

/** Encrypted credentials by the hash of their ticket, each to be taken once. */
export interface TicketStore {
  put(hash: string, encrypted: string, expiresAt: Date): Promise<void>;
  take(hash: string): Promise<string | undefined>;
}

/** What is known of somebody who tries to log in, for 30 days. */
export interface LoginHistory {
  /** Whether this account was entered from this network before. */
  knows(account: string, network: string): Promise<boolean>;
  remember(account: string, network: string): Promise<void>;
}
