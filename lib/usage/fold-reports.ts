import type { ReportLine } from '../../events/report-line.ts';
import { auditOfReport } from '../audit/audit-of-report.ts';
import type { AuditStore } from '../audit/ports.ts';
import type { ApiKeyStore } from '../auth/ports.ts';
import type { Log } from '../kernel/log/log.ts';
import type { UsageRecord, UsageStore } from './ports.ts';
import { usageRecord } from './usage-record.ts';

/** Keeps what the report lines say: when a key was last used, security events, and the calls of deployed servers. Folding a line twice changes nothing. */
export async function foldReports(
  { apiKeys, usage, audit }: { apiKeys: ApiKeyStore; usage: UsageStore; audit: AuditStore },
  lines: readonly ReportLine[],
  log: Pick<Log, 'warn'>,
): Promise<void> {
  const keys = latest(lines, ({ api_key_id }) => api_key_id);
  if (keys.size > 0) await apiKeys.used([...keys].map(([id, at]) => ({ id, at })));
  await audit.append(lines.map(auditOfReport).filter((record) => record !== undefined));
  const calls = lines.flatMap(usageOf);
  if (calls.length === 0) return;
  const lost = await usage.append(calls);
  if (lost > 0) log.warn('usage records were left out', { lost });
  await usage.called(latest(lines, ({ mcp }) => mcp?.[0]?.deployment_id));
}

function latest(
  lines: readonly ReportLine[],
  idOf: (line: ReportLine) => string | undefined,
): ReadonlyMap<string, Date> {
  const found = new Map<string, Date>();
  for (const line of lines) {
    const id = idOf(line);
    if (id === undefined) continue;
    const at = new Date(line.timestamp);
    const known = found.get(id);
    if (known === undefined || known < at) found.set(id, at);
  }
  return found;
}

function usageOf({ mcp, request_id, user_id, api_key_id, timestamp }: ReportLine): UsageRecord[] {
  if (!mcp || user_id === null) return [];
  return mcp.map((call) =>
    usageRecord(call, {
      id: call.id,
      requestId: request_id.slice(0, 128),
      userId: user_id,
      apiKeyId: api_key_id,
      calledAt: new Date(timestamp),
    }),
  );
}
