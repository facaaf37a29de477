import type { ToolFilter, ToolLists, ToolMark, ToolSort } from '../../tools/ports.ts';
import type { Mysql, SqlValue } from './connection.ts';
import type { TableRow } from './table-codec.ts';
import { foldForSearch, toolSummary } from './tool-rows.ts';

interface Order {
  readonly column: 'created_at' | 'updated_at' | 'name';
  readonly descending: boolean;
}

/** A search that finds more than this is answered by walking the list in its order; a rarer one from what was found. */
const manyFound = 1000;

export function mysqlToolLists(mysql: Mysql): ToolLists {
  return {
    async outline(filter, every) {
      const order = orderOf(filter.sort);
      const { from, where, values } = conditions(filter, 'count');
      const marks: ToolMark[] = [];
      // A search has no index to jump along; it is counted in one go.
      for (let jumping = filter.search === undefined; jumping;) {
        const after = marks.at(-1);
        const beyond = after && behind(order, after);
        const [row] = await mysql.query<{ id: string; key_value: Date | string }>(
          `SELECT t.id, t.${order.column} AS key_value FROM ${from} WHERE ${where}${beyond ? ` AND ${beyond.condition}` : ''}
           ORDER BY ${orderBy(order)} LIMIT 1 OFFSET ?`,
          [...values, ...(beyond?.values ?? []), every - 1],
        );
        if (row)
          marks.push({ id: row.id, key: row.key_value instanceof Date ? row.key_value.toISOString() : row.key_value });
        jumping = row !== undefined;
      }
      const last = marks.at(-1);
      const beyond = last && behind(order, last);
      const [rest] = await mysql.query<{ total: number }>(
        `SELECT STRAIGHT_JOIN COUNT(*) AS total FROM ${from} WHERE ${where}${beyond ? ` AND ${beyond.condition}` : ''}`,
        [...values, ...(beyond?.values ?? [])],
      );
      return { total: marks.length * every + (rest?.total ?? 0), marks };
    },

    async walk(filter, { after, skip, limit, total }) {
      const order = orderOf(filter.sort);
      const { from, where, values } = conditions(filter, total > manyFound ? 'walk' : 'found');
      const beyond = after && behind(order, after);
      const columns = toolSummary.names.map((column) => `t.${column}`).join(', ');
      // The rows are wide: which ones is decided on an index, and only those are read.
      const rows = await mysql.query<TableRow>(
        `SELECT ${columns} FROM (
           SELECT STRAIGHT_JOIN t.id FROM ${from} WHERE ${where}${beyond ? ` AND ${beyond.condition}` : ''}
           ORDER BY ${orderBy(order)} LIMIT ? OFFSET ?) AS page
         JOIN mcp_tools t ON t.id = page.id ORDER BY ${orderBy(order)}`,
        [...values, ...(beyond?.values ?? []), limit, skip],
      );
      return rows.map((row) => toolSummary.read(row));
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

/** `count` needs no order, `walk` comes along the list's order, `found` comes from what a search found. */
type Way = 'count' | 'walk' | 'found';

function conditions(
  { status, authorId, search }: ToolFilter,
  way: Way,
): { from: string; where: string; values: SqlValue[] } {
  const words = search?.split(/\s+/).filter((word) => word !== '') ?? [];
  const where: string[] = [];
  const values: SqlValue[] = [];
  const addCondition = (condition: string, value: SqlValue) => {
    where.push(condition);
    values.push(value);
  };
  if (status !== undefined) addCondition('t.status = ?', status);
  if (authorId !== undefined) addCondition('t.author_id = ?', authorId);
  // A deleted tool is in no search, so the narrow table can be counted alone.
  const alone = way === 'count' && words.length > 0 && where.length === 0;
  for (const word of words) addCondition('LOCATE(?, s.text) > 0', foldForSearch(word));
  if (alone) return { from: 'mcp_tool_search s', where: where.join(' AND '), values };
  const tables = ['mcp_tools t', ...(words.length > 0 ? ['mcp_tool_search s'] : [])];
  const from = (way === 'walk' ? tables : tables.toReversed()).join(' JOIN ');
  return {
    from: words.length > 0 ? `${from} ON t.id = s.tool_id` : from,
    where: ['t.deleted_at IS NULL', ...where].join(' AND '),
    values,
  };
}
