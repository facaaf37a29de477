import { Problem } from '../../kernel/errors/problem.ts';
import type { ToolRecord, ToolStore } from '../../tools/ports.ts';
import type { Mysql, SqlRunner } from './connection.ts';
import { DuplicateKey } from './errors.ts';
import { insertOutbox } from './outbox.ts';
import { mysqlToolLists } from './tool-lists.ts';
import { mysqlPurge } from './tool-purge.ts';
import { publishVersion } from './registry-versions.ts';
import type { TableRow } from './table-codec.ts';
import { indexForSearch, toolRow } from './tool-rows.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const slug = /^[a-z0-9-]{1,255}$/;

export function mysqlToolStore(mysql: Mysql): ToolStore {
  return {
    async insert(tools, outbox) {
      let slug = '';
      try {
        await mysql.transaction(async (tx) => {
          for (const tool of tools) {
            ({ slug } = tool);
            const row = toolRow.write(tool);
            const names = Object.keys(row);
            await tx.execute(
              `INSERT INTO mcp_tools (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
              Object.values(row),
            );
            await indexForSearch(tx, tool);
            await publishVersion(tx, tool);
          }
          await insertOutbox(tx, outbox);
        });
        return tools;
      } catch (error) {
        if (!(error instanceof DuplicateKey)) throw error;
        if (error.key === 'PRIMARY') return await kept(mysql, tools);
        if (error.key !== 'mcp_tools_slug') throw error;
        throw new Problem('slug-taken', { detail: await whoHas(mysql, slug), cause: error });
      }
    },

    async slugsLike(base) {
      const rows = await mysql.query<{ slug: string }>(
        'SELECT slug FROM mcp_tools WHERE slug = ? OR (slug > ? AND slug < ? AND slug REGEXP ?)',
        // A full stop is what comes after a hyphen.
        [base, `${base}-`, `${base}.`, `^${base}-[0-9]+$`],
      );
      return rows.map(({ slug }) => slug);
    },

    find: (idOrSlug, { includeDeleted } = { includeDeleted: false }) =>
      select(mysql, idOrSlug, includeDeleted ? 'AND purged_at IS NULL' : 'AND deleted_at IS NULL'),

    async newestRevisions(ids) {
      if (ids.length === 0) return new Map();
      const marks = ids.map(() => '?').join(', ');
      const rows = await mysql.query<{ id: string; revision: number }>(
        `SELECT id, revision FROM mcp_tools WHERE id IN (${marks})`,
        [...ids],
      );
      return new Map(rows.map(({ id, revision }) => [id, revision]));
    },

    ...mysqlToolLists(mysql),
    ...mysqlPurge(mysql),

    change: (idOrSlug, decide) =>
      mysql.transaction(async (tx) => {
        const current = await select(tx, idOrSlug, 'AND deleted_at IS NULL FOR UPDATE');
        if (!current) return undefined;
        const { next, outbox } = decide(current);
        if (next !== current) {
          const row = toolRow.write(next);
          const changes = Object.keys(row).map((name) => `${name} = ?`);
          await tx.execute(`UPDATE mcp_tools SET ${changes.join(', ')} WHERE id = ?`, [
            ...Object.values(row),
            current.id,
          ]);
          if (saysOtherwise(current, next)) await indexForSearch(tx, next);
          await publishVersion(tx, next);
        }
        await insertOutbox(tx, outbox);
        return next;
      }),
  };
}

async function whoHas(mysql: Mysql, slug: string): Promise<string> {
  const [row] = await mysql.query<{ deleted_at: Date | null }>('SELECT deleted_at FROM mcp_tools WHERE slug = ?', [
    slug,
  ]);
  return row?.deleted_at
    ? `"${slug}" belongs to a deleted tool, which keeps it for ever. Choose another slug.`
    : `"${slug}" is taken. Choose another slug.`;
}

async function kept(mysql: Mysql, tools: readonly ToolRecord[]): Promise<readonly ToolRecord[]> {
  const found = await Promise.all(tools.map(({ id }) => select(mysql, id, '')));
  return found.filter((tool) => tool !== undefined);
}

/** A slug may look like an id; the id comes first. Anything else is not asked for: these columns compare with ASCII alone. */
async function select(sql: SqlRunner, idOrSlug: string, rest: string): Promise<ToolRecord | undefined> {
  const keys = [...(uuid.test(idOrSlug) ? ['id'] : []), ...(slug.test(idOrSlug) ? ['slug'] : [])];
  for (const key of keys) {
    const columns = toolRow.names.join(', ');
    const [row] = await sql.query<TableRow>(`SELECT ${columns} FROM mcp_tools WHERE ${key} = ? ${rest}`, [idOrSlug]);
    if (row) return toolRow.read(row);
  }
  return undefined;
}

function saysOtherwise(before: ToolRecord, after: ToolRecord): boolean {
  return before.name !== after.name || before.description !== after.description || before.deletedAt !== after.deletedAt;
}
