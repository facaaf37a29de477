import { firstApprovals } from '../../deployments/approvals.ts';
import type {
  Deployment,
  DeploymentFilter,
  DeploymentStore,
  DeploymentState,
  ReplicasChange,
  ReplicasKey,
  Replica,
} from '../../deployments/ports.ts';
import { splitSlug } from '../../deployments/preview-slug.ts';
import { Problem } from '../../kernel/errors/problem.ts';
import type { Mysql, SqlRunner, SqlValue } from './connection.ts';
import { deploymentColumns, deploymentOf, deploymentRow, replicaRow } from './deployment-rows.ts';
import { insertOutbox } from './outbox.ts';
import { readPage } from './read-page.ts';
import { readServing, served, servedPreviews } from './serving.ts';
import { insertInto, type TableRow } from './table-codec.ts';

const from = 'mcp_deployments d JOIN mcp_tools t ON t.id = d.tool_id';

export function mysqlDeploymentStore(mysql: Mysql): DeploymentStore {
  const replicas = async (where: string, values: readonly SqlValue[]): Promise<Replica[]> =>
    (await mysql.query<TableRow>(`SELECT * FROM mcp_replicas WHERE ${where} ORDER BY created_at, id`, values)).map(
      replicaRow.read,
    );
  return {
    async find(id) {
      const [row] = await mysql.query<TableRow>(`SELECT ${deploymentColumns} FROM ${from} WHERE d.id = ?`, [id]);
      return row && deploymentOf(row);
    },
    replicasOf: (deploymentId) => replicas('deployment_id = ?', [deploymentId]),
    list: (filter, page) =>
      readPage(
        mysql,
        {
          columns: deploymentColumns,
          from,
          ...conditions(filter),
          order: 'd.deployed_at DESC, d.id DESC',
          read: deploymentOf,
        },
        page,
      ),
    async servingTarget(endpoint) {
      const { slug, preview } = splitSlug(endpoint);
      const [serving] =
        preview === undefined
          ? await readServing(mysql, 't.slug = CONVERT(? USING ascii)', [slug])
          : await readServing(
              mysql,
              't.slug = CONVERT(? USING ascii) AND d.preview = ?',
              [slug, preview],
              servedPreviews,
            );
      if (!serving) return undefined;
      const { id } = serving.deployment;
      const reachable = await replicas('deployment_id = ? AND ended_at IS NULL AND host IS NOT NULL', [id]);
      return { ...serving, replicas: reachable };
    },
    servedTo: (userId) => readServing(mysql, "(d.owner_id = ? OR d.access = 'team') ORDER BY t.slug", [userId]),
    async servedStamp(userId) {
      const [row] = await mysql.query<{ stamp: string }>(
        `SELECT CONCAT_WS(' ', COUNT(*), MAX(d.updated_at), MAX(a.updated_at), SUM(CRC32(d.id))) AS stamp
         ${served} WHERE t.deleted_at IS NULL AND (d.owner_id = ? OR d.access = 'team')`,
        [userId],
      );
      return row?.stamp ?? '';
    },
    approve: (toolId, decide) =>
      mysql.transaction(async (tx) => {
        await tx.query('SELECT id FROM mcp_tools WHERE id = ? FOR UPDATE', [toolId]);
        const [serving] = await readServing(tx, 't.id = ? FOR UPDATE', [toolId]);
        if (!serving) return undefined;
        const { approvals, outbox } = decide(serving);
        await tx.execute('REPLACE INTO mcp_approvals (tool_id, tools, updated_at) VALUES (?, ?, ?)', [
          toolId,
          JSON.stringify(approvals),
          new Date(),
        ]);
        await insertOutbox(tx, outbox);
        return { ...serving, approvals };
      }),
    byBootstrap: async (hash) => (await replicas('bootstrap_hash = ?', [hash]))[0],
    byReport: async (hash) => (await replicas('report_hash = ?', [hash]))[0],
    change: (key, decide) => changeReplicas(mysql, key, decide),
    async seen(replicaId, at, { seq, restarts, memoryMb }) {
      const { affectedRows } = await mysql.execute(
        `UPDATE mcp_replicas SET seq = ?, restarts = ?, memory_mb = ?, seen_at = ?
         WHERE id = ? AND seq < ? AND ended_at IS NULL AND stopping_at IS NULL`,
        [seq, restarts, memoryMb ?? null, at, replicaId, seq],
      );
      return affectedRows > 0;
    },
    async checked(id, at, health) {
      await mysql.execute('UPDATE mcp_deployments SET last_health_check = ?, health_status = ? WHERE id = ?', [
        at,
        health,
        id,
      ]);
    },
    async previewsOf(toolId) {
      const rows = await mysql.query<TableRow>(
        `SELECT ${deploymentColumns} FROM ${from} WHERE d.tool_id = ? AND d.preview IS NOT NULL AND d.status NOT IN ('stopped', 'failed') ORDER BY d.deployed_at`,
        [toolId],
      );
      return rows.map(deploymentOf);
    },
    async activeOf(userId) {
      const rows = await mysql.query<TableRow>(
        `SELECT ${deploymentColumns} FROM ${from} WHERE d.owner_id = ? AND d.status IN ('starting', 'running', 'restarting', 'idle')`,
        [userId],
      );
      return rows.map(deploymentOf);
    },
    async alive(after, most) {
      const rows = await mysql.query<TableRow>(
        'SELECT * FROM mcp_replicas WHERE ended_at IS NULL AND id > ? ORDER BY id LIMIT ?',
        [after, most],
      );
      return rows.map(replicaRow.read);
    },
    async stuck(before) {
      const rows = await mysql.query<{ id: string }>(
        `SELECT id FROM mcp_deployments WHERE status IN ('starting', 'restarting', 'stopping') AND updated_at < ?
         UNION SELECT id FROM mcp_deployments d WHERE status = 'running' AND NOT EXISTS
           (SELECT 1 FROM mcp_replicas r WHERE r.deployment_id = d.id AND r.generation = d.generation AND r.ended_at IS NULL AND r.stopping_at IS NULL)`,
        [before],
      );
      return rows.map(({ id }) => id);
    },
  };
}

function conditions({ status, toolId }: DeploymentFilter): { where: string; values: SqlValue[] } {
  const wanted = Object.entries({ 'd.status': status, 'd.tool_id': toolId }).filter(([, value]) => value !== undefined);
  return {
    where: wanted.length === 0 ? 'TRUE' : wanted.map(([column]) => `${column} = ?`).join(' AND '),
    values: wanted.map(([, value]) => value ?? null),
  };
}

/** Every change of a state takes its tool's lock first, so two of them never wait for each other's rows. */
function changeReplicas<T extends ReplicasChange>(
  mysql: Mysql,
  key: ReplicasKey,
  decide: (state: DeploymentState) => T | Promise<T>,
): Promise<T | undefined> {
  return mysql.transaction(async (tx) => {
    const row = 'toolId' in key ? { id: '', tool_id: key.toolId } : await rowOf(tx, key);
    if (!row) return undefined;
    const [tool] = await tx.query<{ deleted_at: Date | null }>(
      'SELECT deleted_at FROM mcp_tools WHERE id = ? FOR UPDATE',
      [row.tool_id],
    );
    if (!tool) return undefined;
    const before = { toolDeleted: tool.deleted_at !== null, ...(await readState(tx, row.tool_id, row.id)) };
    const change = await decide(before);
    await write(tx, before, change.state);
    await insertOutbox(tx, change.outbox);
    return change;
  });
}

const byReplica = 'SELECT d.id, d.tool_id FROM mcp_deployments d JOIN mcp_replicas r ON r.deployment_id = d.id WHERE';

/** The deployment that a key leads to. */
async function rowOf(
  tx: SqlRunner,
  key: Exclude<ReplicasKey, { readonly toolId: string }>,
): Promise<{ id: string; tool_id: string } | undefined> {
  const [sql, value] =
    'deploymentId' in key
      ? ['SELECT id, tool_id FROM mcp_deployments WHERE id = ?', key.deploymentId]
      : 'replicaId' in key
        ? [`${byReplica} r.id = ?`, key.replicaId]
        : [`${byReplica} r.task_id = ?`, key.taskId];
  const [row] = await tx.query<{ id: string; tool_id: string }>(sql, [value]);
  return row;
}

/** Locking reads, because a plain one would see what was there when the transaction began. */
async function readState(tx: SqlRunner, toolId: string, asked: string): Promise<Omit<DeploymentState, 'toolDeleted'>> {
  const rows = await tx.query<TableRow>(
    `SELECT ${deploymentColumns} FROM ${from} WHERE d.tool_id = ? AND (d.status NOT IN ('stopped', 'failed') OR d.id = ?) FOR UPDATE`,
    [toolId, asked],
  );
  const deployments = rows.map(deploymentOf);
  if (deployments.length === 0) return { deployments: [], replicas: [] };
  const replicas = await tx.query<TableRow>(
    `SELECT r.* FROM mcp_replicas r JOIN mcp_deployments d ON d.id = r.deployment_id
     WHERE d.id IN (${deployments.map(() => '?').join(', ')}) AND (r.ended_at IS NULL OR r.generation = d.generation)
     ORDER BY r.created_at, r.id FOR UPDATE`,
    deployments.map(({ id }) => id),
  );
  return { deployments, replicas: replicas.map(replicaRow.read) };
}

async function write(tx: SqlRunner, before: DeploymentState, after: DeploymentState): Promise<void> {
  const known = new Map<string, object>([...before.deployments, ...before.replicas].map((row) => [row.id, row]));
  // The row of the active one is given up before another takes it.
  const deployments = after.deployments.toSorted((a, b) => Number(a.active) - Number(b.active));
  for (const each of deployments) await save(tx, 'mcp_deployments', known.get(each.id), each, deploymentRow(each));
  for (const each of deployments) if (each.tools) await approveFirst(tx, each);
  for (const each of after.replicas) await save(tx, 'mcp_replicas', known.get(each.id), each, replicaRow.write(each));
}

/** Keeps what a tool's server offered first; nothing when that was before. */
async function approveFirst(tx: SqlRunner, deployment: Deployment): Promise<void> {
  const { toolId } = deployment;
  const [known] = await tx.query('SELECT tool_id FROM mcp_approvals WHERE tool_id = ?', [toolId]);
  if (known) return;
  const now = new Date();
  await tx.execute('INSERT INTO mcp_approvals (tool_id, tools, updated_at) VALUES (?, ?, ?)', [
    toolId,
    JSON.stringify(firstApprovals(deployment, now)),
    now,
  ]);
}

async function save(
  tx: SqlRunner,
  table: string,
  before: object | undefined,
  after: Deployment | Replica,
  row: TableRow,
): Promise<void> {
  if (before === after) return;
  if (!before) {
    const { sql, values } = insertInto(table, row);
    await tx.execute(sql, values);
    return;
  }
  const { affectedRows } = await tx.execute(
    `UPDATE ${table} SET ${Object.keys(row)
      .map((name) => `${name} = ?`)
      .join(', ')} WHERE id = ?`,
    [...Object.values(row), after.id],
  );
  if (affectedRows === 0) throw new Problem('internal-error', { cause: new Error(`${table} ${after.id} is gone`) });
}
