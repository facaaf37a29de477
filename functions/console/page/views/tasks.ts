import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { TaskUpdate } from '../../../../events/client.ts';
import { sentence } from '../format.ts';
import { useLive } from '../live.ts';
import { go, to } from '../router.ts';
import { call } from '../session.ts';
import type { Page, Task } from '../types.ts';
import { useLoad } from '../load.ts';
import { Pager, Table } from '../tables.ts';
import { Badge, Head, Loaded, Time } from '../ui.ts';

const statuses = ['pending', 'running', 'completed', 'failed', 'cancelled'];

export function Tasks({ query }: { query: URLSearchParams }): VNode {
  const { status = '', page = '1' } = Object.fromEntries(query);
  const loaded = useLoad(() => call<Page<Task>>('GET', '/api/v1/tasks', { query: { status, page } }), [status, page]);
  const [updates, setUpdates] = useState<Readonly<Record<string, TaskUpdate>>>({});
  useLive((update) => {
    if (update.type !== 'task_update') return;
    if (loaded.data?.items.some(({ task_id }) => task_id === update.task_id))
      setUpdates((before) => ({ ...before, [update.task_id]: update }));
    else loaded.reload();
  }, loaded.reload);
  useEffect(() => setUpdates({}), [loaded.data]);
  const filter = (event: Event): void => go(to('tasks', { status: (event.currentTarget as HTMLSelectElement).value }));
  return html`<${Head} title="Tasks" />
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
      ${(found: Page<Task>) =>
        html`<${Table}
            caption="Tasks"
            rows=${found.items.map((task) => ({ ...task, ...updates[task.task_id] }))}
            empty=${status ? 'No task has this status.' : 'There are no tasks yet. An analysis is one.'}
            columns=${[
              {
                name: 'Task',
                of: (task: Task) => html`<a href=${to('tasks', task.task_id)}>${sentence(task.type)}</a>`,
              },
              { name: 'Status', of: (task: Task) => html`<${Badge} state=${task.status} />` },
              { name: 'Progress', of: (task: Task) => html`<${Progress} task=${task} />` },
              {
                name: 'Message',
                of: (task: Task) => html`<span class="clamp">${task.error?.detail ?? task.message}</span>`,
              },
              { name: 'Created', of: (task: Task) => html`<${Time} at=${task.created_at} />` },
            ]}
          />
          <${Pager} page=${found} onPage=${(next: number) => go(to('tasks', { status, page: next }))} />`}
    <//>`;
}

export function Progress({ task }: { task: Pick<Task, 'progress' | 'status'> }): VNode {
  return html`<progress max="100" value=${task.status === 'completed' ? 100 : task.progress} aria-label="Progress">
    ${task.progress} %
  </progress>`;
}
