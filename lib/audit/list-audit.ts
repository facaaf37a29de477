import * as z from 'zod';
import { actorTypes, auditActions } from '../../events/outbox.ts';
import { Id, Timestamp } from '../kernel/ids.ts';
import { Moment } from '../kernel/http/fields.ts';
import { pageFacts, pageOf, pageQuery, windowOf } from '../kernel/http/page.ts';
import type { AuditRecord, AuditStore } from './ports.ts';

export const ListAudit = z.object({
  ...pageQuery,
  action: z.enum(auditActions).optional(),
  actor_id: Id.optional().meta({ description: 'Who did it.' }),
  actor_type: z.enum(actorTypes).optional(),
  target_type: z.string().min(1).max(32).optional(),
  request_id: z.string().min(1).max(128).optional(),
  source_ip: z.string().min(1).max(64).optional().meta({ description: 'The address from which it was done.' }),
  target_id: z.string().min(1).max(64).optional().meta({ description: 'Whom or what it was done to.' }),
  since: Moment.optional().meta({ description: 'At this moment or later.' }),
  until: Moment.optional().meta({ description: 'Before this moment.' }),
});

const AuditView = z
  .object({
    id: Id,
    action: z.enum(auditActions),
    actor_type: z.enum(actorTypes).meta({
      description: 'A user, the operator at the command line, somebody unknown, or the platform by itself.',
    }),
    actor_id: Id.nullable().meta({ description: 'There when it was a user.' }),
    target: z.object({ type: z.string(), id: z.string() }),
    details: z.record(z.string(), z.unknown()),
    request_id: z.string().nullable(),
    source_ip: z.string().nullable(),
    at: Timestamp,
  })
  .meta({ id: 'AuditRecord' });

export const AuditPage = pageOf(AuditView).meta({ id: 'AuditPage' });

/** One page of the audit log, newest first. */
export async function listAudit(
  { audit }: { audit: AuditStore },
  query: z.output<typeof ListAudit>,
): Promise<z.output<typeof AuditPage>> {
  const { items, total } = await audit.list(
    {
      action: query.action,
      actorId: query.actor_id,
      actorType: query.actor_type,
      targetType: query.target_type,
      requestId: query.request_id,
      sourceIp: query.source_ip,
      targetId: query.target_id,
      since: momentOf(query.since),
      until: momentOf(query.until),
    },
    windowOf(query),
  );
  return { items: items.map(present), ...pageFacts(query, total) };
}

function momentOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

function present({ id, action, actorType, actorId, target, details, requestId, sourceIp, at }: AuditRecord) {
  return {
    id,
    action,
    actor_type: actorType,
    actor_id: actorId ?? null,
    target,
    details: { ...details },
    request_id: requestId ?? null,
    source_ip: sourceIp ?? null,
    at: at.toISOString(),
  };
}
