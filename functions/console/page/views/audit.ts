import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { sentence } from '../format.ts';
import { go, to } from '../router.ts';
import { call } from '../session.ts';
import type { AuditEntry } from '../people-types.ts';
import type { Page } from '../types.ts';
import { useAction, useLoad } from '../load.ts';
import { Pager, Table } from '../tables.ts';
import { ErrorNote, Head, Loaded, Time } from '../ui.ts';

const filters = ['action', 'actor_id', 'target_type', 'target_id', 'source_ip', 'since', 'until'] as const;
const labels: Readonly<Record<(typeof filters)[number], string>> = {
  action: 'Action',
  actor_id: 'Who (id)',
  target_type: 'Kind of thing',
  target_id: 'Thing (id)',
  source_ip: 'Address',
  since: 'From',
  until: 'Until',
};
/** A file has at most this many rows; filters make it narrower. */
const mostRows = 2000;

export function Audit({ query }: { query: URLSearchParams }): VNode {
  const { page = '1', ...asked } = Object.fromEntries(query);
  const key = query.toString();
  const loaded = useLoad(
    () => call<Page<AuditEntry>>('GET', '/api/v1/audit', { query: { ...asked, page, page_size: 50 } }),
    [key],
  );
  const { busy, error, run } = useAction();
  const filter = (event: Event): void => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)) as Record<string, string>;
    for (const name of ['since', 'until']) if (fields[name]) fields[name] = new Date(fields[name]).toISOString();
    go(to('audit', fields));
  };
  return html`<${Head} title="Audit log">
      <button
        type="button"
        class="secondary"
        disabled=${busy}
        aria-busy=${busy ? 'true' : 'false'}
        onClick=${() => void run(() => download(asked))}
      >
        Download CSV
      </button>
    <//>
    <details class="card" open=${Object.keys(asked).length > 0}>
      <summary>Filters</summary>
      <form class="grid" onSubmit=${filter}>
        ${filters.map((name) => html`<label class="field"><span>${labels[name]}</span><input name=${name} type=${name === 'since' || name === 'until' ? 'datetime-local' : 'text'} placeholder=${name === 'action' ? 'tool.created' : ''} defaultValue=${localTime(name, asked[name])} /></label>`)}
        <button type="submit">Apply</button>
      </form>
    </details>
    <${ErrorNote} error=${error} />
    <${Loaded} from=${loaded}>
      ${(found: Page<AuditEntry>) =>
        html`<${Table}
            caption="Audit log"
            rows=${found.items}
            empty="Nothing matches."
            columns=${[
              { name: 'When', of: (entry: AuditEntry) => html`<${Time} at=${entry.at} />` },
              {
                name: 'What',
                of: (entry: AuditEntry) => html`<span title=${entry.action}>${sentence(entry.action)}</span>`,
              },
              {
                name: 'Who',
                of: (entry: AuditEntry) =>
                  entry.actor_id
                    ? html`<a href=${to('audit', { actor_id: entry.actor_id })}
                        ><code>${entry.actor_id.slice(-8)}</code></a
                      >`
                    : entry.actor_type,
              },
              {
                name: 'Thing',
                of: (entry: AuditEntry) =>
                  html`<a href=${to('audit', { target_id: entry.target.id })}
                    >${entry.target.type} <code>${entry.target.id.slice(-8)}</code></a
                  >`,
              },
              {
                name: 'Details',
                of: (entry: AuditEntry) => html`<code class="clamp">${JSON.stringify(entry.details)}</code>`,
              },
              { name: 'Address', of: (entry: AuditEntry) => entry.source_ip ?? '–' },
            ]}
          />
          <${Pager} page=${found} onPage=${(next: number) => go(to('audit', { ...asked, page: next }))} />`}
    <//>`;
}

function localTime(name: string, value = ''): string {
  if (value === '' || (name !== 'since' && name !== 'until')) return value;
  const at = new Date(value);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

async function download(asked: Readonly<Record<string, string>>): Promise<void> {
  const rows: AuditEntry[] = [];
  for (let page = 1, pages = 1; page <= pages && rows.length < mostRows; page += 1) {
    const found = await call<Page<AuditEntry>>('GET', '/api/v1/audit', { query: { ...asked, page, page_size: 100 } });
    rows.push(...found.items);
    pages = found.pages;
  }
  const columns = [
    'at',
    'action',
    'actor_type',
    'actor_id',
    'target_type',
    'target_id',
    'source_ip',
    'request_id',
    'details',
  ];
  const lines = rows.map((row) =>
    [
      row.at,
      row.action,
      row.actor_type,
      row.actor_id,
      row.target.type,
      row.target.id,
      row.source_ip,
      row.request_id,
      JSON.stringify(row.details),
    ]
      .map(cell)
      .join(','),
  );
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([[columns.join(','), ...lines, ''].join('\r\n')], { type: 'text/csv' }));
  link.download = 'audit.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** RFC 4180. A spreadsheet would run a text that begins like a formula. */
function cell(value: string | null): string {
  const text = value ?? '';
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
