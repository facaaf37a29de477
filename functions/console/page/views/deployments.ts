import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useLive } from '../live.ts';
import { go, to } from '../router.ts';
import { call } from '../session.ts';
import type { DeploymentSummary, Page } from '../types.ts';
import { useLoad } from '../load.ts';
import { Pager, Table } from '../tables.ts';
import { Badge, Head, Loaded, Time } from '../ui.ts';

type Found = Page<never> & { readonly deployments: readonly DeploymentSummary[] };
const statuses = ['starting', 'running', 'restarting', 'idle', 'stopping', 'stopped', 'failed'];

export function Deployments({ query }: { query: URLSearchParams }): VNode {
  const { status = '', page = '1' } = Object.fromEntries(query);
  const loaded = useLoad(() => call<Found>('GET', '/api/v1/deployments', { query: { status, page } }), [status, page]);
  useLive((update) => {
    if (update.type === 'deployment_status') loaded.reload();
  }, loaded.reload);
  const filter = (event: Event): void =>
    go(to('deployments', { status: (event.currentTarget as HTMLSelectElement).value }));
  return html`<${Head} title="Deployments" />
    <form class="filters">
      <label
        ><span class="hidden">Status</span
        ><select value=${status} onChange=${filter}>
          <option value="">Any status</option>
          ${statuses.map((one) => html`<option value=${one}>${one}</option>`)}
        </select></label
      >
    </form>
    <${Loaded} from=${loaded}>
      ${(found: Found) =>
        html`<${Table}
            caption="Deployments"
            rows=${found.deployments}
            empty=${status ? 'No deployment has this status.' : html`Nothing is deployed. Choose <a href=${to('tools')}>a tool</a> and deploy it.`}
            columns=${[
              {
                name: 'Tool',
                of: (one: DeploymentSummary) =>
                  html`<a href=${to('deployments', one.deployment_id)}>${one.tool_name}</a><br /><span class="faint"
                      >${one.slug}</span
                    >`,
              },
              {
                name: 'Status',
                of: (one: DeploymentSummary) =>
                  html`<${Badge}
                      state=${one.status}
                    />${one.status === 'starting' ? html` <span class="faint">${one.phase}</span>` : ''}`,
              },
              { name: 'Health', of: (one: DeploymentSummary) => html`<${Badge} state=${one.health_status} />` },
              { name: 'Access', of: (one: DeploymentSummary) => one.access },
              { name: 'Deployed', of: (one: DeploymentSummary) => html`<${Time} at=${one.deployed_at} />` },
            ]}
          />
          <${Pager} page=${found} onPage=${(next: number) => go(to('deployments', { status, page: next }))} />`}
    <//>`;
}
