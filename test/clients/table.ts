import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const readme = fileURLToPath(new URL('../../functions/mcp/README.md', import.meta.url));

/** A table of functions/mcp/README.md, between the marks of its name. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** The first cells, in their order. */
  readonly order: readonly string[];
}

export function rowOf(cells: readonly (string | boolean | undefined)[]): string {
  return `| ${cells.map((cell) => (typeof cell === 'string' ? cell.replaceAll('|', '\\|') : mark(cell))).join(' | ')} |`;
}

const mark = (value: boolean | undefined): string => (value === undefined ? '–' : value ? 'yes' : 'no');

/** Puts a row into the document; those of other clients stay. */
export function writeRow({ name, columns, order }: Table, row: string): void {
  const text = readFileSync(readme, 'utf8');
  const place = new RegExp(`<!-- ${name} -->\\n([\\s\\S]*)\\n<!-- /${name} -->`);
  const table = place.exec(text)?.[1];
  if (table === undefined) throw new Error(`functions/mcp/README.md has no place for the table ${name}`);
  const head = [rowOf(columns), `|${'---|'.repeat(columns.length)}`];
  const known = new Map([...table.split('\n').slice(head.length), row].map((each) => [firstOf(each), each]));
  const ordered = order.flatMap((client) => known.get(client) ?? []);
  writeFileSync(
    readme,
    text.replace(table, () => [...head, ...ordered].join('\n')),
  );
}

const firstOf = (row: string): string => row.split('|')[1]?.trim() ?? '';
