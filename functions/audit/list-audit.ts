import { AuditPage, ListAudit, listAudit } from '../../lib/audit/list-audit.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'GET /api/v1/audit',
  summary: 'Read the audit log: who did what to whom, when, from where',
  permission: 'users:read',
  uses: ['mysql'],
  query: ListAudit,
  output: AuditPage,
  run: ({ query, services }) => listAudit(services, query),
});
