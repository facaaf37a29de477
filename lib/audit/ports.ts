import type { AuditAction } from '../../events/outbox.ts';

export interface AuditRecord {
  /** Of the outbox entry that reported it. */
  readonly id: string;
  readonly action: AuditAction;
  /** undefined: the operator, at the command line. */
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
  readonly targetId: string | undefined;
  readonly since: Date | undefined;
  readonly until: Date | undefined;
}

/** The audit log, in MySQL: nothing in it is ever changed. */
export interface AuditStore {
  /** Keeps each record once, however often it is published. */
  append(records: readonly AuditRecord[]): Promise<void>;
  /** Newest first. */
  list(
    filter: AuditFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: AuditRecord[]; total: number }>;
}
