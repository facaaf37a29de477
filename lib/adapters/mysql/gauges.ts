import type { GaugeStore } from '../../metrics/ports.ts';
import type { SqlRunner } from './connection.ts';

export function mysqlGauges(mysql: SqlRunner): GaugeStore {
  const countOf = async (sql: string): Promise<number> => (await mysql.query<{ n: number }>(sql))[0]?.n ?? 0;
  return {
    async read() {
      const [tools, activeDeployments, unhealthyDeployments, [outbox]] = await Promise.all([
        mysql.query<{ status: string; n: number }>(
          'SELECT status, COUNT(*) AS n FROM mcp_tools WHERE deleted_at IS NULL GROUP BY status',
        ),
        countOf("SELECT COUNT(*) AS n FROM mcp_deployments WHERE status NOT IN ('stopped', 'failed')"),
        countOf("SELECT COUNT(*) AS n FROM mcp_deployments WHERE status = 'running' AND health_status <> 'healthy'"),
        mysql.query<{ n: number; oldest: Date | null }>('SELECT COUNT(*) AS n, MIN(created_at) AS oldest FROM outbox'),
      ]);
      const counted = new Map(tools.map(({ status, n }) => [status, n]));
      return {
        toolsByStatus: new Map(['draft', 'active', 'deprecated'].map((status) => [status, counted.get(status) ?? 0])),
        activeDeployments,
        unhealthyDeployments,
        outboxEntries: outbox?.n ?? 0,
        oldestOutboxEntry: outbox?.oldest ?? undefined,
      };
    },
  };
}
