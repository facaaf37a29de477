import type { UsageRecord, UsageStore } from '../../usage/ports.ts';
import type { Mysql, SqlValue } from './connection.ts';
import { isBadValue } from './errors.ts';
import { runningTimes } from './usage-running.ts';
import { summariesOf } from './usage-summaries.ts';

const columns =
  'id, request_id, tool_id, deployment_id, user_id, api_key_id, method, tool_name, status, error_code, duration_ms, bytes_in, bytes_out, called_at';
const batch = 200;
/** Calls that a percentile is taken of. */
const recent = 1000;

interface Totals {
  readonly requests: number;
  readonly average: string | number | null;
  readonly errors: string | number | null;
}

export function mysqlUsageStore(mysql: Mysql): UsageStore {
  const insert = async (rows: readonly UsageRecord[]): Promise<void> => {
    const places = rows.map(() => `(${columns.split(', ').fill('?').join(', ')})`).join(', ');
    // A no-op on what is there; INSERT IGNORE would also swallow what is wrong.
    await mysql.execute(
      `INSERT INTO mcp_usage_stats (${columns}) VALUES ${places} ON DUPLICATE KEY UPDATE id = mcp_usage_stats.id`,
      rows.flatMap(valuesOf),
    );
  };
  /** A record that the table cannot hold costs nobody else theirs. @returns how many were lost. */
  const insertAlone = async (row: UsageRecord): Promise<number> => {
    try {
      await insert([row]);
      return 0;
    } catch (error) {
      if (!isBadValue(error)) throw error;
      return 1;
    }
  };
  return {
    async append(records) {
      let lost = 0;
      for (let start = 0; start < records.length; start += batch) {
        const rows = records.slice(start, start + batch);
        try {
          await insert(rows);
        } catch (error) {
          if (!isBadValue(error)) throw error;
          for (const row of rows) lost += await insertAlone(row);
        }
      }
      return lost;
    },
    async called(calls) {
      for (const [id, at] of calls) {
        await mysql.execute(
          'UPDATE mcp_deployments SET last_called_at = ? WHERE id = ? AND (last_called_at IS NULL OR last_called_at < ?)',
          [at, id, at],
        );
      }
    },
    summary: (filter, group) => summariesOf(mysql, filter, group),
    running: (filter, group) => runningTimes(mysql, filter, group),
    async metricsOf(deploymentId) {
      const [[totals], last] = await Promise.all([
        mysql.query<Totals>(
          `SELECT COUNT(*) AS requests, AVG(duration_ms) AS average, SUM(status = 'error') AS errors
           FROM mcp_usage_stats WHERE deployment_id = ?`,
          [deploymentId],
        ),
        mysql.query<{ duration_ms: number }>(
          'SELECT duration_ms FROM mcp_usage_stats WHERE deployment_id = ? ORDER BY called_at DESC LIMIT ?',
          [deploymentId, recent],
        ),
      ]);
      const requests = totals?.requests ?? 0;
      const sorted = last.map(({ duration_ms }) => duration_ms).toSorted((a, b) => a - b);
      return {
        requests_total: requests,
        avg_response_time_ms: requests === 0 ? null : Math.round(Number(totals?.average) * 10) / 10,
        p95_response_time_ms: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null,
        error_rate: requests === 0 ? null : Number(totals?.errors) / requests,
      };
    },
  };
}

function valuesOf(record: UsageRecord): SqlValue[] {
  return [
    record.id,
    record.requestId,
    record.toolId,
    record.deploymentId,
    record.userId,
    record.apiKeyId ?? null,
    record.method.slice(0, 64),
    record.toolName?.slice(0, 255) ?? null,
    record.status,
    record.errorCode ?? null,
    Math.round(record.durationMs),
    record.bytesIn,
    record.bytesOut,
    record.calledAt,
  ];
}
