import type { AuditAction } from '../../events/outbox.ts';
import { currentCorrelation } from '../kernel/log/correlation.ts';

export interface SecurityEvent {
  readonly action: AuditAction;
  /** Who did it; undefined: somebody who has not proved who they are. */
  readonly actorId: string | undefined;
  readonly target: { readonly type: string; readonly id: string };
  /** Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Records what changes nothing in MySQL, or was refused: it rides in the request's report line, from which the audit log is filled in. A request has one such event; a
 * second takes its place.
 */
export function reportSecurityEvent({ action, actorId, target, details = {} }: SecurityEvent): void {
  currentCorrelation()?.log.set({ audit: { action, actor_id: actorId ?? null, target, details } });
}
