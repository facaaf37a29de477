import type { Connection, GithubConnectionStore } from '../../github/ports.ts';
import type { Mysql, SqlRunner, SqlValue } from './connection.ts';
import { connectionRow } from './github-rows.ts';
import { insertOutbox } from './outbox.ts';
import { readPage } from './read-page.ts';
import { insertInto, type TableRow } from './table-codec.ts';

const mostOfRepository = 200;
const dayMs = 24 * 3_600_000;

export function mysqlGithubConnections(mysql: Mysql): GithubConnectionStore {
  const select = async (rest: string, values: readonly SqlValue[], sql: SqlRunner = mysql): Promise<Connection[]> =>
    (await sql.query<TableRow>(`SELECT * FROM github_connections ${rest}`, values)).map(connectionRow.read);

  /** Sets columns where `condition` holds. */
  const set = async (
    columns: Readonly<Record<string, SqlValue>>,
    condition: string,
    values: readonly SqlValue[],
    sql: SqlRunner = mysql,
  ): Promise<boolean> => {
    const all = { ...columns, updated_at: new Date() };
    const { affectedRows } = await sql.execute(
      `UPDATE github_connections SET ${Object.keys(all)
        .map((name) => `${name} = ?`)
        .join(', ')} WHERE ${condition}`,
      [...Object.values(all), ...values],
    );
    return affectedRows > 0;
  };

  return {
    insert: (connection, outbox) =>
      mysql.transaction(async (tx) => {
        const row = connectionRow.write(connection);
        const { sql, values } = insertInto('github_connections', row);
        await tx.execute(`${sql} ON DUPLICATE KEY UPDATE webhook_secret = ?, hook_id = ?`, [
          ...values,
          row['webhook_secret'] ?? null,
          row['hook_id'] ?? null,
        ]);
        await insertOutbox(tx, outbox);
      }),
    replaceSecret: (id, changes, outbox) =>
      mysql.transaction(async (tx) => {
        const isThere = await set(connectionRow.writePart(changes), 'id = ?', [id], tx);
        if (isThere) await insertOutbox(tx, outbox);
        return isThere;
      }),
    find: async (id) => (await select('WHERE id = ?', [id]))[0],
    list: ({ ownerId }, page) =>
      readPage(
        mysql,
        {
          columns: '*',
          from: 'github_connections',
          where: ownerId === undefined ? 'TRUE' : 'user_id = ?',
          values: ownerId === undefined ? [] : [ownerId],
          order: 'created_at DESC, id DESC',
          read: connectionRow.read,
        },
        page,
      ),
    ofTool: async (toolId) => (await select('WHERE tool_id = ? LIMIT 1', [toolId]))[0],
    ofRepository: (repositoryId) =>
      select('WHERE repository_id = ? ORDER BY id LIMIT ?', [repositoryId, mostOfRepository]),
    ofInstallation: (installationId) =>
      select('WHERE installation_id = ? ORDER BY id LIMIT ?', [installationId, mostOfRepository]),
    async update(id, changes) {
      await set(connectionRow.writePart(changes), 'id = ?', [id]);
    },
    remove: (id, outbox) =>
      mysql.transaction(async (tx) => {
        const { affectedRows } = await tx.execute('DELETE FROM github_connections WHERE id = ?', [id]);
        if (affectedRows > 0) await insertOutbox(tx, outbox);
        return affectedRows > 0;
      }),
    async due(before, limit) {
      const rows = await mysql.query<{ id: string }>(
        `SELECT id FROM github_connections
         WHERE last_checked_at IS NULL OR last_checked_at < IF(status = 'archived', ?, ?)
           OR (status <> 'archived' AND wanted_generation > synced_generation)
           OR previous_secret_until < UTC_TIMESTAMP(3)
         ORDER BY last_checked_at, id LIMIT ?`,
        [new Date(before.getTime() - dayMs), before, limit],
      );
      return rows.map(({ id }) => id);
    },
    requestSync: (id, taskId, now, staleBefore) =>
      mysql.transaction(async (tx) => {
        const [current] = await select('WHERE id = ? FOR UPDATE', [id], tx);
        if (!current) return undefined;
        const { syncTaskId, syncClaimedAt } = current;
        const serving =
          syncTaskId !== undefined && syncClaimedAt && syncClaimedAt >= staleBefore ? syncTaskId : undefined;
        const wanted = { wanted_generation: current.wantedGeneration + 1 };
        const claim = serving === undefined ? { sync_task_id: taskId, sync_claimed_at: now } : {};
        await set({ ...wanted, ...claim }, 'id = ?', [id], tx);
        return serving ?? taskId;
      }),
    async claimSync(id, taskId, now) {
      const ours = await set({ sync_claimed_at: now }, 'id = ? AND sync_task_id = ?', [id, taskId]);
      return ours ? (await select('WHERE id = ?', [id]))[0] : undefined;
    },
    finishSync: (id, taskId, generation, changes) =>
      mysql.transaction(async (tx) => {
        const [current] = await select('WHERE id = ? FOR UPDATE', [id], tx);
        if (current?.syncTaskId !== taskId) return true;
        const isDone = current.wantedGeneration <= generation;
        const claim = isDone ? { sync_task_id: null, sync_claimed_at: null } : {};
        await set({ ...connectionRow.writePart(changes), synced_generation: generation, ...claim }, 'id = ?', [id], tx);
        return isDone;
      }),
    async releaseSync(id, taskId) {
      await set({ sync_task_id: null, sync_claimed_at: null }, 'id = ? AND sync_task_id = ?', [id, taskId]);
    },
  };
}
