import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import type { Page } from './types.ts';
import { Empty } from './ui.ts';

export function Pager({ page, onPage }: { page: Page<unknown>; onPage: (page: number) => void }): VNode | null {
  if (page.pages <= 1) return null;
  return html`<nav class="pager" aria-label="Pages">
    <button type="button" class="secondary" disabled=${page.page <= 1} onClick=${() => onPage(page.page - 1)}>
      Previous
    </button>
    <span>Page ${page.page} of ${page.pages}</span>
    <button type="button" class="secondary" disabled=${page.page >= page.pages} onClick=${() => onPage(page.page + 1)}>
      Next
    </button>
  </nav>`;
}

export interface Column<T> {
  readonly name: string;
  readonly of: (row: T) => ComponentChildren;
  readonly right?: boolean;
}

/** A table that becomes a list of cards where the screen is narrow. */
export function Table<T>({
  caption,
  columns,
  rows,
  empty,
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  empty: ComponentChildren;
}): VNode {
  if (rows.length === 0) return html`<${Empty}>${empty}<//>`;
  return html`<table>
    <caption class="hidden">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(({ name, right }) => html`<th scope="col" class=${right ? 'right' : ''}>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${columns.map(({ name, of, right }) => html`<td data-label=${name} class=${right ? 'right' : ''}>${of(row)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
