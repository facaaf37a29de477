import { createHash } from 'node:crypto';
import type { ReportLine } from '../../events/report-line.ts';
import type { AuditRecord } from './ports.ts';

/** What a report line means to the audit log: the security event that it carries, or a permission that was refused; undefined when neither. */
export function auditOfReport(line: ReportLine): AuditRecord | undefined {
  const { audit, request_id, source_ip, timestamp } = line;
  const from = { id: idOf(line), requestId: request_id, sourceIp: source_ip, at: new Date(timestamp) };
  if (audit) {
    const actor = audit.actor_id === null ? 'unknown' : 'user';
    const { action, target, details } = audit;
    return { ...from, action, actorType: actor, actorId: audit.actor_id ?? undefined, target, details };
  }
  if (line.status !== 403 || line.user_id === null) return undefined;
  return {
    ...from,
    action: 'access.denied',
    actorType: 'user',
    actorId: line.user_id,
    target: { type: 'route', id: line.logger.slice(0, 64) },
    details: { route: line.route, method: line.method },
  };
}

/** The same for the same line, however often it is delivered; sorts by time, as the ids of the other records do. */
function idOf(line: ReportLine): string {
  const time = new Date(line.timestamp).getTime().toString(16).padStart(12, '0');
  const hash = createHash('sha256').update(JSON.stringify(line)).digest('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
}
