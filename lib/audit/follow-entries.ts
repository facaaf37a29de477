import type { OutboxConsumer } from '../outbox/ports.ts';
import { auditOf } from './audit-of.ts';
import type { AuditStore } from './ports.ts';

/** Appends what the entries mean to the audit log. */
export function auditFollower({ audit }: { readonly audit: AuditStore }): OutboxConsumer {
  return (entries) => audit.append(entries.map(auditOf).filter((record) => record !== undefined));
}
