import type { ReportLine } from '../../events/report-line.ts';
import type { ApiKeyStore } from '../auth/ports.ts';

/** Keeps what the report lines tell: when a key was last used. Folding a line twice changes nothing. */
export async function foldReports({ apiKeys }: { apiKeys: ApiKeyStore }, lines: readonly ReportLine[]): Promise<void> {
  const latest = new Map<string, Date>();
  for (const { api_key_id, timestamp } of lines) {
    if (api_key_id === undefined) continue;
    const at = new Date(timestamp);
    const known = latest.get(api_key_id);
    if (known === undefined || known < at) latest.set(api_key_id, at);
  }
  if (latest.size > 0) await apiKeys.used([...latest].map(([id, at]) => ({ id, at })));
}
