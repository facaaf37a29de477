import type { AuditAction } from '../../events/outbox.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import type { OutboxEntry } from '../outbox/ports.ts';

export interface AuditEvent {
  readonly action: AuditAction;
  readonly target: { readonly type: string; readonly id: string };
  /** Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The outbox entry for the audit log; written in the transaction of the action. Without a caller it was the operator. */
export function auditEntry(
  caller: Pick<Caller, 'userId'> | undefined,
  { action, target, details = {} }: AuditEvent,
): OutboxEntry {
  const at = new Date().toISOString();
  return {
    id: newId(),
    message: { kind: 'audited', action, actor_id: caller?.userId ?? null, target, details, at },
  };
}
