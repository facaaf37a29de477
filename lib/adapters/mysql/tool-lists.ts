import type { ToolFilter, ToolLists, ToolMark, ToolSort } from '../../tools/ports.ts';
import type { Mysql, SqlValue } from './connection.ts';
import { foldForSearch, summaryColumns, summaryOf, type SummaryRow } from './tool-rows.ts';

interface Order {
  readonly column: 'created_at' | 'updated_at' | 'name';
  readonly descending: boolean;
}

/** A search that finds more than this is answered by walking the list in its order; a rarer one from what was found. */
const manyFound = 1000;

export function mysqlToolLists(mysql: Mysql): ToolLists {
  return {
    async count(filter) {
      const { from, where, values } = conditions(filter);
      const [row] = await mysql.query<{ total: number }>(
        `SELECT STRAIGHT_JOIN COUNT(*) AS total FROM ${from} WHERE ${where}`,
        values,
      );
      return row?.total ?? 0;
    },

    async marks(filter, every) {
      const order = orderOf(filter.sort);
      const { from, where, values } = conditions(filter);
      const rows = await mysql.query<{ id: string; key_value: Date | string }>(
        `SELECT id, key_value FROM (
           SELECT t.id, t.${order.column} AS key_value, ROW_NUMBER() OVER (ORDER BY ${orderBy(order)}) AS place
           FROM ${from} WHERE ${where}) AS places
         WHERE place % ? = 0 ORDER BY place`,
        [...values, every],
      );
      return rows.map(({ id, key_value: key }) => ({ id, key: key instanceof Date ? key.toISOString() : key }));
    },

    async walk(filter, { after, skip, limit, backwards = false, total }) {
      const forward = orderOf(filter.sort);
      const order = backwards ? { ...forward, descending: !forward.descending } : forward;
      const { from, where, values } = conditions(filter, total > manyFound);
      const beyond = after && behind(order, after);
      const columns = summaryColumns.map((column) => `t.${column}`).join(', ');
      // The rows are wide: which ones is decided on an index, and only those are read.
      const rows = await mysql.query<SummaryRow>(
        `SELECT ${columns} FROM (
           SELECT STRAIGHT_JOIN t.id FROM ${from} WHERE ${where}${beyond ? ` AND ${beyond.condition}` : ''}
           ORDER BY ${orderBy(order)} LIMIT ? OFFSET ?) AS page
         JOIN mcp_tools t ON t.id = page.id ORDER BY ${orderBy(forward)}`,
        [...values, ...(beyond?.values ?? []), limit, skip],
      );
      return rows.map(summaryOf);
    },
  };
}

function orderOf(sort: ToolSort): Order {
  const descending = sort.startsWith('-');
  return { column: (descending ? sort.slice(1) : sort) as Order['column'], descending };
}

// The id makes the order total, so that pages neither repeat nor skip a tool.
function orderBy({ column, descending }: Order): string {
  const direction = descending ? ' DESC' : '';
  return `t.${column}${direction}, t.id${direction}`;
}

/** What comes after a mark. In this form both engines take it for a range of the index, which they do not do with a row constructor. */
function behind({ column, descending }: Order, { id, key }: ToolMark): { condition: string; values: SqlValue[] } {
  const than = descending ? '<' : '>';
  const at = column === 'name' ? key : new Date(key);
  return {
    condition: `t.${column} ${than}= ? AND (t.${column} ${than} ? OR t.id ${than} ?)`,
    values: [at, at, id],
  };
}

function conditions(
  { status, authorId, search }: ToolFilter,
  walkTheList = false,
): { from: string; where: string; values: SqlValue[] } {
  const where = ['t.deleted_at IS NULL'];
  const values: SqlValue[] = [];
  const demand = (condition: string, value: SqlValue) => {
    where.push(condition);
    values.push(value);
  };
  if (status !== undefined) demand('t.status = ?', status);
  if (authorId !== undefined) demand('t.author_id = ?', authorId);
  const words = search?.split(/\s+/).filter((word) => word !== '') ?? [];
  for (const word of words) demand('LOCATE(?, s.text) > 0', foldForSearch(word));
  const on = words.length === 0 ? undefined : 'ON t.id = s.tool_id';
  if (on === undefined) return { from: 'mcp_tools t', where: where.join(' AND '), values };
  const from = walkTheList ? `mcp_tools t JOIN mcp_tool_search s ${on}` : `mcp_tool_search s JOIN mcp_tools t ${on}`;
  return { from, where: where.join(' AND '), values };
}
