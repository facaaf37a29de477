import type { ActorType, AuditAction } from '../../events/outbox.ts';

export interface AuditRecord {
  /** Of the outbox entry, or made from the report line. */
  readonly id: string;
  readonly action: AuditAction;
  readonly actorType: ActorType;
  /** There when it was a user. */
  readonly actorId: string | undefined;
  readonly target: { readonly type: string; readonly id: string };
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | undefined;
  readonly sourceIp: string | undefined;
  readonly at: Date;
}

export interface AuditFilter {
  readonly action: AuditAction | undefined;
  readonly actorId: string | undefined;
  readonly actorType: ActorType | undefined;
  readonly targetType: string | undefined;
  readonly requestId: string | undefined;
  readonly sourceIp: string | undefined;
  readonly targetId: string | undefined;
  readonly since: Date | undefined;
  readonly until: Date | undefined;
}

/** The audit log, in MySQL: nothing in it is ever changed. */
export interface AuditStore {
  /** Keeps each record once, however often it is delivered. */
  append(records: readonly AuditRecord[]): Promise<void>;
  /** Newest first. */
  list(
    filter: AuditFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: AuditRecord[]; total: number }>;
}
