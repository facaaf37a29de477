import type { GithubEvent } from '../../events/github-event.ts';
import type { OutboxEntry } from '../outbox/ports.ts';

/**
 * `connected`: kept in step. `archived`: read-only, so there is nothing to follow. `unauthorized`: the token is refused or may not read the contents, or the
 * application's installation is suspended. `missing`: the repository is deleted, or out of the token's sight.
 */
export const connectionStatuses = ['connected', 'archived', 'unauthorized', 'missing'] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

export interface Connection {
  readonly id: string;
  readonly ownerId: string;
  readonly toolId: string | undefined;
  readonly repositoryUrl: string;
  readonly repositoryId: number;
  /** owner/name. */
  readonly repository: string;
  readonly branch: string;
  readonly defaultBranch: string;
  /** The watched folder; '' is the root. */
  readonly path: string;
  readonly status: ConnectionStatus;
  /** Encrypted; undefined: the installation's or the platform's own is used. */
  readonly accessToken: string | undefined;
  readonly installationId: number | undefined;
  readonly tokenExpiresAt: Date | undefined;
  /** Encrypted. */
  readonly webhookSecret: string;
  readonly previousSecret: { readonly secret: string; readonly until: Date } | undefined;
  readonly hookId: number | undefined;
  readonly mayReport: boolean;
  readonly mayComment: boolean;
  /** Counts what asked for a sync. */
  readonly wantedGeneration: number;
  /** The count that the last sync has seen. */
  readonly syncedGeneration: number;
  readonly syncTaskId: string | undefined;
  readonly syncClaimedAt: Date | undefined;
  readonly expected: { readonly sha: string; readonly at: Date } | undefined;
  readonly headEtag: string | undefined;
  readonly lastSyncSha: string | undefined;
  readonly lastSyncedAt: Date | undefined;
  readonly lastCheckedAt: Date | undefined;
  readonly lastDeliveryAt: Date | undefined;
  readonly behindBy: number | undefined;
  readonly lastError: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What the sync methods write is theirs alone. */
export type ConnectionChanges = Partial<
  Omit<
    Connection,
    | 'id'
    | 'ownerId'
    | 'createdAt'
    | 'updatedAt'
    | 'wantedGeneration'
    | 'syncedGeneration'
    | 'syncTaskId'
    | 'syncClaimedAt'
  >
>;

/** Connections: the truth, in MySQL. @throws Problem `service-unavailable`. */
export interface GithubConnectionStore {
  /** One whose id is there already was made by an earlier try of the same request: its secret is replaced. */
  insert(connection: Connection, outbox: readonly OutboxEntry[]): Promise<void>;
  replaceSecret(
    id: string,
    changes: Pick<Connection, 'webhookSecret' | 'previousSecret'>,
    outbox: readonly OutboxEntry[],
  ): Promise<boolean>;
  find(id: string): Promise<Connection | undefined>;
  list(
    filter: { readonly ownerId: string | undefined },
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: Connection[]; total: number }>;
  ofTool(toolId: string): Promise<Connection | undefined>;
  /** At most 200. */
  ofRepository(repositoryId: number): Promise<Connection[]>;
  ofInstallation(installationId: number): Promise<Connection[]>;
  /** Members that are named and undefined are emptied. */
  update(id: string, changes: ConnectionChanges): Promise<void>;
  remove(id: string, outbox: readonly OutboxEntry[]): Promise<boolean>;
  /** Those not checked since `before`, with a sync that was asked for and not done, or with a former secret that is over; longest unchecked first. An archived one is due a day later. */
  due(before: Date, limit: number): Promise<string[]>;
  /**
   * Counts one more request for a sync. The task that is at it since `staleBefore` or later will see it; otherwise `taskId` becomes the task.
   * @returns the task that serves the request; undefined when there is no such connection.
   */
  requestSync(id: string, taskId: string, now: Date, staleBefore: Date): Promise<string | undefined>;
  /** The connection, when `taskId` is the task to sync it; its claim counts from now. */
  claimSync(id: string, taskId: string, now: Date): Promise<Connection | undefined>;
  /**
   * Writes what a sync has found. When nothing was asked for since `generation` the task is done with the connection, else it has to go on.
   * @returns whether it is done.
   */
  finishSync(id: string, taskId: string, generation: number, changes: ConnectionChanges): Promise<boolean>;
  /** The task ends without having synced. */
  releaseSync(id: string, taskId: string): Promise<void>;
}

/** A pull request that is open, as the last review saw it. */
export interface SeenProposal {
  readonly headSha: string;
  readonly headSeenAt: Date;
  /** The commit of a fork that a maintainer lets run. */
  readonly approvedSha: string | undefined;
}

/** Pull requests that are open, in MySQL. @throws Problem `service-unavailable`. */
export interface ProposalStore {
  find(connectionId: string, number: number): Promise<SeenProposal | undefined>;
  /** Claims the review of a proposal and notes its head. @returns undefined while another review has it. */
  claim(
    connectionId: string,
    number: number,
    headSha: string,
    claim: { readonly now: Date; readonly until: Date },
  ): Promise<SeenProposal | undefined>;
  release(connectionId: string, number: number): Promise<void>;
  approve(connectionId: string, number: number, sha: string): Promise<void>;
  remove(connectionId: string, number: number): Promise<void>;
}

/** What of a delivery matters here; nothing of its texts. */
export interface DeliveryFacts {
  readonly event: string;
  readonly action?: string | undefined;
  readonly repository_id?: number | undefined;
  readonly repository?: string | undefined;
  readonly installation_id?: number | undefined;
  readonly ref?: string | undefined;
  readonly after?: string | undefined;
  readonly deleted?: boolean | undefined;
  readonly pull_request?: number | undefined;
  /** A comment that asks for a preview of a pull request; whether its writer may is the host's to say. */
  readonly asks_preview?: PreviewAsked | undefined;
}

interface PreviewAsked {
  readonly by: string;
  readonly at: string;
  /** The beginning of the commit that is meant. */
  readonly sha?: string | undefined;
}

export interface Delivery {
  readonly id: string;
  /** A connection's id, or what `subjectOfApp` makes for the application's webhook. */
  readonly subject: string;
  readonly facts: DeliveryFacts;
  readonly receivedAt: Date;
  readonly handledAt: Date | undefined;
  /** What became of it. */
  readonly outcome: string | undefined;
}

export interface HookSecret {
  readonly connectionId: string;
  /** Encrypted; the one before it too, while it counts. */
  readonly secrets: readonly string[];
}

/** Webhook deliveries for three days, and the secrets that they are verified with, in DynamoDB. @throws Problem `service-unavailable`. */
export interface DeliveryStore {
  /** At most 20 of a repository, or the one of a connection. A secret counts for its own repository alone. */
  secretsOf(repositoryId: number, connectionId: string | undefined): Promise<HookSecret[]>;
  putSecret(repositoryId: number, secret: HookSecret): Promise<void>;
  removeSecret(repositoryId: number, connectionId: string): Promise<void>;
  /**
   * Writes a delivery down; one with an outcome is handled by that.
   * @returns whether it has to be handed to the worker: it is new, or an earlier try to hand it over may have failed.
   */
  receive(delivery: Pick<Delivery, 'id' | 'subject' | 'facts' | 'receivedAt' | 'outcome'>): Promise<boolean>;
  /** Lets the next try of a delivery be a new one. */
  forget(subject: string, id: string): Promise<void>;
  find(subject: string, id: string): Promise<Delivery | undefined>;
  markHandled(subject: string, id: string, outcome: string, at: Date): Promise<void>;
  /** Those of three days, newest first. */
  list(subject: string): Promise<Delivery[]>;
}

/** Contents of files as the last sync read them, in MongoDB. */
export interface FileStore {
  /** The files of a connection, by path. */
  filesOf(connectionId: string): Promise<ReadonlyMap<string, KeptFile>>;
  put(connectionId: string, files: readonly KeptFile[]): Promise<void>;
  forget(connectionId: string): Promise<void>;
}

export interface KeptFile {
  readonly path: string;
  readonly sha: string;
  readonly text: string;
}

/** The queue of what hosts say and what has to be looked at. */
export interface GithubQueue {
  /** `delaySeconds` at most 900. */
  send(event: GithubEvent, delaySeconds?: number): Promise<void>;
}

/** Whether `secret` makes this signature (`sha256=…`) of the body as it was sent. */
export type VerifySignature = (secret: string, body: string, signature: string) => Promise<boolean>;
