import { publishedDocument } from '../../registry/published-document.ts';
import type { PublishedTool, PublishedVersion, RegistryStore } from '../../registry/ports.ts';
import type { ToolConfig } from '../../tools/config.ts';
import type { Mysql, SqlValue } from './connection.ts';

interface VersionRow {
  readonly version: string;
  readonly revision: number;
  readonly published_at: Date;
  readonly version_updated_at: Date;
  readonly document: string | null;
  /** Only where there is no document. */
  readonly config: string | null;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
}

interface PublishedRow extends VersionRow {
  readonly id: string;
  readonly status: 'active' | 'deprecated' | 'draft';
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly deleted_at: Date | null;
  readonly came_as: string | null;
  readonly owner_id: string | null;
  readonly score: string | null;
  readonly is_feasible: number | null;
  readonly score_revision: number | null;
  readonly analysed_at: Date | null;
}

const versionColumns = `v.version, v.revision, v.published_at, v.updated_at AS version_updated_at, v.document,
  IF(v.document IS NULL, t.config, NULL) AS config, t.slug, t.name, t.description`;
/** The first active tool of those that came with a name, and whose author has its namespace. */
const ownerOfName = `(SELECT MIN(o.id) FROM mcp_tools o
  JOIN registry_namespaces n ON n.namespace = SUBSTRING_INDEX(o.came_as, '/', 1) AND n.user_id = o.author_id
  WHERE o.came_as = t.came_as AND o.deleted_at IS NULL AND o.status = 'active')`;
/** The only active tool that came with a name whose namespace is nobody's. */
const onlyOneOfName = `(SELECT IF(COUNT(*) = 1, MIN(o.id), NULL) FROM mcp_tools o
  WHERE o.came_as = t.came_as AND o.deleted_at IS NULL AND o.status = 'active' AND NOT EXISTS
    (SELECT 1 FROM registry_namespaces n WHERE n.namespace = SUBSTRING_INDEX(o.came_as, '/', 1)))`;
const select = `SELECT t.id, t.status, t.created_at, t.updated_at, t.deleted_at, t.came_as, ${ownerOfName} AS owner_id,
  s.score, s.is_feasible, s.revision AS score_revision, s.analysed_at, ${versionColumns}
  FROM mcp_tools t JOIN registry_versions v ON v.tool_id = t.id AND v.version = t.registry_version
  LEFT JOIN tool_scores s ON s.tool_id = t.id`;
const active = "t.deleted_at IS NULL AND t.status = 'active'";

export function mysqlRegistryStore(mysql: Mysql): RegistryStore {
  const one = async (rest: string, values: readonly SqlValue[]): Promise<PublishedTool | undefined> => {
    const [row] = await mysql.query<PublishedRow>(`${select} WHERE ${active} AND ${rest} LIMIT 1`, values);
    return row && toolOf(row);
  };
  const versions = async (rest: string, values: readonly SqlValue[]): Promise<PublishedVersion[]> => {
    const rows = await mysql.query<VersionRow>(
      `SELECT ${versionColumns} FROM registry_versions v JOIN mcp_tools t ON t.id = v.tool_id WHERE ${rest}`,
      values,
    );
    return rows.map(versionOf);
  };
  return {
    async published({ search, updatedSince, version }, after, limit) {
      const conditions = [updatedSince ? "t.status <> 'draft'" : active];
      const values: SqlValue[] = [];
      const where = (condition: string, ...of: SqlValue[]): void => {
        conditions.push(condition);
        values.push(...of);
      };
      if (after)
        where('t.created_at >= ? AND (t.created_at > ? OR t.id > ?)', after.createdAt, after.createdAt, after.id);
      if (updatedSince) where('t.updated_at >= ?', updatedSince);
      if (version !== undefined) where('t.registry_version = ?', version);
      if (search !== undefined) {
        const pattern = `%${search.replaceAll(/[!%_]/g, '!$&')}%`.toLowerCase();
        const name = "LOWER(COALESCE(t.came_as, ''))";
        where(`(${name} LIKE ? ESCAPE '!' OR CONVERT(t.slug USING utf8mb4) LIKE ? ESCAPE '!')`, pattern, pattern);
      }
      const rows = await mysql.query<PublishedRow>(
        `${select} WHERE ${conditions.join(' AND ')} ORDER BY t.created_at, t.id LIMIT ?`,
        [...values, limit],
      );
      return rows.map(toolOf);
    },
    byName: (name) => one(`t.came_as = ? AND t.id = COALESCE(${ownerOfName}, ${onlyOneOfName})`, [name]),
    bySlug: (slug) => one('t.slug = CONVERT(? USING ascii)', [slug]),
    versions(toolId, before, limit) {
      const behind = before && [before.publishedAt, before.publishedAt, before.version];
      return versions(
        `v.tool_id = ?${behind ? ' AND v.published_at <= ? AND (v.published_at < ? OR v.version < ?)' : ''}
         ORDER BY v.published_at DESC, v.version DESC LIMIT ?`,
        [toolId, ...(behind ?? []), limit],
      );
    },
    async version(toolId, version) {
      const [found] = await versions('v.tool_id = ? AND v.version = ?', [toolId, version]);
      return found;
    },
  };
}

function versionOf(row: VersionRow): PublishedVersion {
  const { version, revision, published_at: publishedAt, version_updated_at: updatedAt, slug, name, description } = row;
  const document = row.document ?? undefined;
  const made = (): PublishedVersion['document'] =>
    publishedDocument({ slug, name, description, version, config: JSON.parse(row.config ?? '') as ToolConfig })
      .document;
  return {
    version,
    revision,
    publishedAt,
    updatedAt,
    document: document === undefined ? made() : (JSON.parse(document) as PublishedVersion['document']),
  };
}

function toolOf(row: PublishedRow): PublishedTool {
  const { id, slug, created_at: createdAt, updated_at: updatedAt, came_as: cameAs, analysed_at: analysedAt } = row;
  return {
    id,
    slug,
    status: row.deleted_at ? 'deleted' : row.status === 'active' ? 'active' : 'deprecated',
    createdAt,
    updatedAt,
    cameAs: cameAs ?? undefined,
    ownsName: row.owner_id !== null && row.owner_id === id,
    latest: versionOf(row),
    score: analysedAt
      ? {
          score: Number(row.score),
          isFeasible: row.is_feasible === 1,
          revision: Number(row.score_revision),
          analysedAt,
        }
      : undefined,
  };
}
