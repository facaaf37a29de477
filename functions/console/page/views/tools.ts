import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useLive } from '../live.ts';
import { go, to } from '../router.ts';
import { call, can } from '../session.ts';
import type { Page, ToolSummary } from '../types.ts';
import { useLoad } from '../load.ts';
import { Pager, Table } from '../tables.ts';
import { Badge, Head, Loaded, Time } from '../ui.ts';

const sorts = { '-updated_at': 'Changed last', '-created_at': 'Newest', name: 'Name' };

export function Tools({ query }: { query: URLSearchParams }): VNode {
  const { search = '', status = '', sort = '-updated_at', page = '1' } = Object.fromEntries(query);
  const filters = { search, status, sort };
  const loaded = useLoad(
    () => call<Page<ToolSummary>>('GET', '/api/v1/mcps', { query: { ...filters, page } }),
    [search, status, sort, page],
  );
  useLive((update) => {
    if (update.type === 'mcp_changed') loaded.reload();
  }, loaded.reload);
  const filter = (event: Event): void => {
    event.preventDefault();
    const form = (event.currentTarget as HTMLElement).closest('form');
    if (form) go(to('tools', Object.fromEntries(new FormData(form)) as Record<string, string>));
  };
  return html`<${Head} title="Tools">
      ${can('mcps:create') && html`<a href=${to('import')} class="button">Import</a>`}
    <//>
    <form class="filters" onSubmit=${filter}>
      <label
        ><span class="hidden">Search tools</span
        ><input type="search" name="search" placeholder="Search name, slug, description" defaultValue=${search}
      /></label>
      <label
        ><span class="hidden">Status</span
        ><select name="status" value=${status} onChange=${filter}>
          <option value="">Any status</option>
          ${['draft', 'active', 'deprecated'].map((one) => html`<option value=${one}>${one}</option>`)}
        </select></label
      >
      <label
        ><span class="hidden">Order</span
        ><select name="sort" value=${sort} onChange=${filter}>
          ${Object.entries(sorts).map(([value, name]) => html`<option value=${value}>${name}</option>`)}
        </select></label
      >
      <button type="submit" class="secondary">Search</button>
    </form>
    <${Loaded} from=${loaded}>
      ${(found: Page<ToolSummary>) =>
        html`<${Table}
            caption="Tools"
            rows=${found.items}
            empty=${search || status ? 'No tool matches.' : html`There are no tools yet. <a href=${to('import')}>Import one</a> from a client's configuration or a server.json.`}
            columns=${[
              {
                name: 'Tool',
                of: (tool: ToolSummary) =>
                  html`<a href=${to('tools', tool.slug)}>${tool.name}</a><br /><span class="faint">${tool.slug}</span>`,
              },
              { name: 'Description', of: (tool: ToolSummary) => html`<span class="clamp">${tool.description}</span>` },
              { name: 'Version', of: (tool: ToolSummary) => tool.version },
              { name: 'Status', of: (tool: ToolSummary) => html`<${Badge} state=${tool.status} />` },
              { name: 'Changed', of: (tool: ToolSummary) => html`<${Time} at=${tool.updated_at} />` },
            ]}
          />
          <${Pager} page=${found} onPage=${(next: number) => go(to('tools', { ...filters, page: next }))} />`}
    <//>`;
}
