import { Problem } from '../../kernel/problem.ts';
import type { ToolConfig } from '../../tools/config.ts';
import type { ToolFilter, ToolRecord, ToolSort, ToolStore, ToolSummary } from '../../tools/ports.ts';
import type { ToolStatus } from '../../tools/schema.ts';
import type { Mysql, SqlRunner, SqlValue } from './connection.ts';
import { DuplicateKey } from './errors.ts';
import { insertOutbox } from './outbox.ts';

interface SummaryRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly status: ToolStatus;
  readonly author_id: string;
  readonly revision: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly deleted_at: Date | null;
}
interface ToolRow extends SummaryRow {
  readonly config: string;
}

const summaryColumns =
  'id, slug, name, description, version, status, author_id, revision, created_at, updated_at, deleted_at';
const columns = `${summaryColumns}, config`;

// The id makes the order total, so that pages neither repeat nor skip a tool.
const orders: Readonly<Record<ToolSort, string>> = {
  created_at: 'created_at, id',
  '-created_at': 'created_at DESC, id DESC',
  updated_at: 'updated_at, id',
  '-updated_at': 'updated_at DESC, id DESC',
  name: 'name, id',
  '-name': 'name DESC, id DESC',
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const slug = /^[a-z0-9-]{1,255}$/;

export function mysqlToolStore(mysql: Mysql): ToolStore {
  return {
    async insert(tool, outbox) {
      const row = rowOf(tool);
      const names = Object.keys(row);
      try {
        await mysql.transaction(async (tx) => {
          await tx.execute(
            `INSERT INTO mcp_tools (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
            Object.values(row),
          );
          await insertOutbox(tx, outbox);
        });
      } catch (error) {
        if (!(error instanceof DuplicateKey) || error.key !== 'mcp_tools_slug') throw error;
        throw new Problem('slug-taken', { detail: `"${tool.slug}" is taken.`, cause: error });
      }
    },

    find: (idOrSlug, { includeDeleted } = { includeDeleted: false }) =>
      select(mysql, idOrSlug, includeDeleted ? '' : 'AND deleted_at IS NULL'),

    async list(filter, { offset, limit }) {
      const { where, values } = conditions(filter);
      const rows = await mysql.query<SummaryRow & { total: number }>(
        `SELECT ${summaryColumns}, (SELECT COUNT(*) FROM mcp_tools WHERE ${where}) AS total
         FROM mcp_tools WHERE ${where} ORDER BY ${orders[filter.sort]} LIMIT ? OFFSET ?`,
        [...values, ...values, limit, offset],
      );
      const first = rows[0];
      if (first || offset === 0) return { items: rows.map(summaryOf), total: first?.total ?? 0 };
      // A page past the end has no row that could bring the total.
      const [counted] = await mysql.query<{ total: number }>(
        `SELECT COUNT(*) AS total FROM mcp_tools WHERE ${where}`,
        values,
      );
      return { items: [], total: counted?.total ?? 0 };
    },

    change: (idOrSlug, decide) =>
      mysql.transaction(async (tx) => {
        const current = await select(tx, idOrSlug, 'AND deleted_at IS NULL FOR UPDATE');
        if (!current) return undefined;
        const { next, outbox } = decide(current);
        if (next !== current) {
          const row = rowOf(next);
          const changes = Object.keys(row).map((name) => `${name} = ?`);
          await tx.execute(`UPDATE mcp_tools SET ${changes.join(', ')} WHERE id = ?`, [
            ...Object.values(row),
            current.id,
          ]);
        }
        await insertOutbox(tx, outbox);
        return next;
      }),
  };
}

/** A slug may look like an id; the id comes first. Anything else is not asked for: these columns compare with ASCII alone. */
async function select(sql: SqlRunner, idOrSlug: string, rest: string): Promise<ToolRecord | undefined> {
  const keys = [...(uuid.test(idOrSlug) ? ['id'] : []), ...(slug.test(idOrSlug) ? ['slug'] : [])];
  for (const key of keys) {
    const [row] = await sql.query<ToolRow>(`SELECT ${columns} FROM mcp_tools WHERE ${key} = ? ${rest}`, [idOrSlug]);
    if (row) return { ...summaryOf(row), config: JSON.parse(row.config) as ToolConfig };
  }
  return undefined;
}

function conditions({ status, authorId, search }: ToolFilter): { where: string; values: SqlValue[] } {
  const words = search?.split(/\s+/).filter((word) => word !== '') ?? [];
  const where = ['deleted_at IS NULL'];
  const values: SqlValue[] = [];
  const demand = (condition: string, ...of: SqlValue[]) => {
    where.push(condition);
    values.push(...of);
  };
  if (status !== undefined) demand('status = ?', status);
  if (authorId !== undefined) demand('author_id = ?', authorId);
  for (const word of words) {
    const pattern = `%${word.replaceAll(/[!%_]/g, '!$&')}%`;
    // An ASCII column cannot be compared with other characters.
    const slugMatches = "CONVERT(slug USING utf8mb4) LIKE ? ESCAPE '!'";
    demand(`(name LIKE ? ESCAPE '!' OR ${slugMatches} OR description LIKE ? ESCAPE '!')`, pattern, pattern, pattern);
  }
  return { where: where.join(' AND '), values };
}

function rowOf(tool: ToolRecord): Record<keyof ToolRow, SqlValue> {
  return {
    id: tool.id,
    slug: tool.slug,
    name: tool.name,
    description: tool.description,
    version: tool.version,
    status: tool.status,
    author_id: tool.authorId,
    revision: tool.revision,
    created_at: tool.createdAt,
    updated_at: tool.updatedAt,
    deleted_at: tool.deletedAt ?? null,
    config: JSON.stringify(tool.config),
  };
}

function summaryOf(row: SummaryRow): ToolSummary {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    description: row.description,
    version: row.version,
    status: row.status,
    authorId: row.author_id,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at ?? undefined,
  };
}
