import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { LiveUpdate } from '../../../../events/client.ts';
import { count, ms, sentence } from '../format.ts';
import { useLive, useRecent } from '../live.ts';
import { to } from '../router.ts';
import { call, can } from '../session.ts';
import type { DeploymentSummary, Page, Task, ToolSummary } from '../types.ts';
import { useLoad } from '../load.ts';
import { Badge, Empty, Head, Loaded, Time } from '../ui.ts';

interface Health {
  readonly status: string;
  readonly version: string;
  readonly services: Readonly<Record<string, { readonly status: string; readonly response_time_ms: number }>>;
}
type Deployments = Omit<Page<never>, 'items'> & { readonly deployments: readonly DeploymentSummary[] };

export function Overview(): VNode {
  return html`<${Head} title="Overview">
      ${can('mcps:create') && html`<a href=${to('import')} class="button">Import tools</a>`}
    <//>
    <${Numbers} />
    <div class="columns">
      <${Failures} />
      <${Changes} />
    </div>
    <${HealthCard} />`;
}

function Numbers(): VNode {
  const one = { query: { page_size: 1 } };
  const loaded = useLoad(
    async () =>
      Promise.all([
        call<Page<ToolSummary>>('GET', '/api/v1/mcps', one),
        call<Deployments>('GET', '/api/v1/deployments', { query: { page_size: 1, status: 'running' } }),
        call<Page<Task>>('GET', '/api/v1/tasks', { query: { page_size: 1, status: 'running' } }),
        call<Page<unknown>>('GET', '/api/v1/knowledge/documents', one),
      ]),
    [],
  );
  useLive(loaded.reload, loaded.reload);
  return html`<${Loaded} from=${loaded}>
    ${([tools, running, tasks, documents]: readonly { readonly total: number }[]) =>
      html`<ul class="numbers">
        ${[
          ['Tools', tools, to('tools')],
          ['Servers running', running, to('deployments', { status: 'running' })],
          ['Tasks running', tasks, to('tasks', { status: 'running' })],
          ['Documents', documents, to('knowledge')],
        ].map(
          ([name, page, href]) =>
            html`<li>
              <a href=${href}><strong>${count((page as { total: number }).total)}</strong><span>${name}</span></a>
            </li>`,
        )}
      </ul>`}
  <//>`;
}

function Failures(): VNode {
  const query = { page_size: 5, status: 'failed' };
  const loaded = useLoad(
    async () =>
      Promise.all([
        call<Deployments>('GET', '/api/v1/deployments', { query }),
        call<Page<Task>>('GET', '/api/v1/tasks', { query }),
      ]),
    [],
  );
  useLive((update) => {
    if ('status' in update) loaded.reload();
  }, loaded.reload);
  return html`<article>
    <h2>What failed</h2>
    <${Loaded} from=${loaded}>
      ${([{ deployments }, { items }]: [Deployments, Page<Task>]) =>
        deployments.length + items.length === 0
          ? html`<${Empty}>Nothing has failed.<//>`
          : html`<ul class="feed">
              ${deployments.map(
                (one) =>
                  html`<li>
                    <${Badge} state="failed" /> <a href=${to('deployments', one.deployment_id)}>${one.tool_name}</a>${' '}
                    <span class="faint">server, <${Time} at=${one.stopped_at ?? one.deployed_at} /></span>
                  </li>`,
              )}
              ${items.map(
                (task) =>
                  html`<li>
                    <${Badge} state="failed" /> <a href=${to('tasks', task.task_id)}>${sentence(task.type)}</a>${' '}
                    <span class="faint"
                      >${task.error?.detail ?? task.message}, <${Time} at=${task.completed_at ?? task.created_at}
                    /></span>
                  </li>`,
              )}
            </ul>`}
    <//>
  </article>`;
}

function Changes(): VNode {
  const recent = useRecent();
  const loaded = useLoad(
    () => call<Page<ToolSummary>>('GET', '/api/v1/mcps', { query: { page_size: 5, sort: '-updated_at' } }),
    [],
  );
  return html`<article>
    <h2>What changed</h2>
    ${
      recent.length > 0 &&
      html`<ul class="feed" aria-label="Since you opened this page">
        ${recent.slice(0, 8).map(
          (update) =>
            html`<li key=${update.id}>
              ${line(update)} <span class="faint"><${Time} at=${update.timestamp} /></span>
            </li>`,
        )}
      </ul>`
    }
    <${Loaded} from=${loaded}>
      ${({ items }: Page<ToolSummary>) =>
        items.length === 0
          ? html`<${Empty}>There are no tools yet.<//>`
          : html`<ul class="feed">
              ${items.map(
                (tool) =>
                  html`<li>
                    <a href=${to('tools', tool.slug)}>${tool.name}</a>${' '}
                    <span class="faint"
                      >${tool.version}, revision ${tool.revision}, <${Time} at=${tool.updated_at}
                    /></span>
                  </li>`,
              )}
            </ul>`}
    <//>
  </article>`;
}

function line(update: LiveUpdate): VNode {
  switch (update.type) {
    case 'task_update':
      return html`<span
        ><${Badge} state=${update.status} /> <a href=${to('tasks', update.task_id)}>Task</a> ${update.message}</span
      >`;
    case 'deployment_status':
      return html`<span
        ><${Badge} state=${update.status} />${' '}
        <a href=${to('deployments', update.deployment_id)}>${update.slug}</a
        >${update.status === 'starting' ? `, ${update.phase}` : ''}</span
      >`;
    case 'mcp_changed':
      return html`<span
        ><a href=${to('tools', update.slug)}>${update.slug}</a> ${changeWords[update.change_type]}, revision
        ${update.revision}</span
      >`;
    case 'broadcast':
      return html`<span><strong>Message</strong> ${update.message}</span>`;
  }
}

const changeWords = {
  create: 'was created',
  update: 'was changed',
  delete: 'was deleted',
  restore: 'was restored',
  sync: 'was synced from GitHub',
};

function HealthCard(): VNode {
  // 503 is an answer here: it says which store is away.
  const loaded = useLoad(async () => {
    const health = (await (await fetch('/health')).json()) as Health | { readonly detail: string };
    if ('services' in health) return health;
    throw new Error(health.detail);
  }, []);
  return html`<article>
    <h2>Health</h2>
    <${Loaded} from=${loaded}>
      ${({ status, version, services }: Health) =>
        html`<p><${Badge} state=${status} /> <span class="faint">Version ${version}</span></p>
          <ul class="pills">
            ${Object.entries(services).map(([name, service]) => html`<li><${Badge} state=${service.status} /> ${name} <span class="faint">${ms(service.response_time_ms)}</span></li>`)}
          </ul>`}
    <//>
  </article>`;
}
