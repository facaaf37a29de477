import type { Count, QuotaCounts } from '../../quotas/ports.ts';
import type { Mysql, SqlValue } from './connection.ts';

interface Counted {
  /** A sum comes as text. */
  readonly person: number | string | null;
  readonly total: number | string | null;
}

export function mysqlQuotaCounts(mysql: Mysql): QuotaCounts {
  const one = async (sql: string, values: readonly SqlValue[]): Promise<Count> => {
    const [row] = await mysql.query<Counted>(sql, values);
    return { person: Number(row?.person ?? 0), total: Number(row?.total ?? 0) };
  };
  return {
    tools: (userId) =>
      one('SELECT SUM(author_id = ?) AS person, COUNT(*) AS total FROM mcp_tools WHERE deleted_at IS NULL', [userId]),
    apiKeys: (userId) =>
      one(
        'SELECT SUM(user_id = ?) AS person, COUNT(*) AS total FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > UTC_TIMESTAMP(3))',
        [userId],
      ),
    connections: (userId) =>
      one('SELECT SUM(user_id = ?) AS person, COUNT(*) AS total FROM github_connections', [userId]),
    async deployments(userId, exceptToolId = '') {
      const from =
        "FROM mcp_deployments WHERE status IN ('starting', 'running', 'restarting', 'idle', 'stopping') AND tool_id <> ?";
      const [deployments, replicas] = await Promise.all([
        one(`SELECT SUM(owner_id = ?) AS person, COUNT(*) AS total ${from}`, [userId, exceptToolId]),
        one(`SELECT SUM((owner_id = ?) * replicas) AS person, SUM(replicas) AS total ${from}`, [userId, exceptToolId]),
      ]);
      return { deployments, replicas };
    },
    costToday: (userId, { vcpu, gigabyte }) => {
      const cost = `TIMESTAMPDIFF(SECOND, GREATEST(r.started_at, UTC_DATE()), COALESCE(r.ended_at, UTC_TIMESTAMP())) / 3600
        * (d.cpu / 1024 * ? + d.memory / 1024 * ?)`;
      return one(
        `SELECT SUM((d.owner_id = ?) * ${cost}) AS person, SUM(${cost}) AS total
         FROM mcp_replicas r JOIN mcp_deployments d ON d.id = r.deployment_id
         WHERE r.task_id <> 'remote' AND (r.ended_at IS NULL OR r.ended_at > UTC_DATE())`,
        [userId, vcpu, gigabyte, vcpu, gigabyte],
      );
    },
  };
}
