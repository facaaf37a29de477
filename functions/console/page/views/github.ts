import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useLive } from '../live.ts';
import { go, to } from '../router.ts';
import { call, can } from '../session.ts';
import type { Connection, Page } from '../types.ts';
import { ConfirmButton, Field, Form } from '../forms.ts';
import { useAction, useLoad } from '../load.ts';
import { Table } from '../tables.ts';
import { Badge, CopyBlock, Empty, ErrorNote, Head, Loaded, Time } from '../ui.ts';

interface Connected {
  readonly webhook: { readonly url: string; readonly secret: string; readonly installed: boolean };
  readonly warnings: readonly string[];
}
interface Delivery {
  readonly delivery_id: string;
  readonly event_type: string;
  readonly action: string | null;
  readonly ref: string | null;
  readonly received_at: string;
  readonly outcome: string | null;
}

export function GithubConnections(): VNode {
  const loaded = useLoad(
    () => call<Page<Connection>>('GET', '/api/v1/github/connections', { query: { page_size: 100 } }),
    [],
  );
  useLive((update) => {
    if (update.type === 'task_update' && update.status === 'completed') loaded.reload();
  }, loaded.reload);
  return html`<${Head} title="GitHub" />
    ${can('github:create') && html`<${Connect} onDone=${loaded.reload} />`}
    <${Loaded} from=${loaded}>
      ${({ items }: Page<Connection>) =>
        items.length === 0
          ? html`<${Empty}>No repository is connected. A connected one keeps its tool in step with each push.<//>`
          : items.map(
              (connection) =>
                html`<${Card} key=${connection.connection_id} connection=${connection} onChange=${loaded.reload} />`,
            )}
    <//>`;
}

function Connect({ onDone }: { onDone: () => void }): VNode {
  const [connected, setConnected] = useState<Connected>();
  const connect = async (fields: Readonly<Record<string, string>>, form: HTMLFormElement): Promise<void> => {
    const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
    setConnected(await call<Connected>('POST', '/api/v1/github/connect', { json: given }));
    form.reset();
    onDone();
  };
  return html`<details class="card">
    <summary>Connect a repository</summary>
    <${Form} submit="Connect" onSubmit=${connect}>
      <${Field} label="Repository"
        ><input name="repository_url" type="url" required placeholder="https://github.com/acme/weather"
      /><//>
      <${Field}
        label="Access token"
        hint="Contents: read is enough; Webhooks: write installs the webhook for you. Kept encrypted."
        ><input name="access_token" type="password" autocomplete="off"
      /><//>
      <${Field} label="Branch" hint="Empty for the default branch."><input name="branch" /><//>
      <${Field} label="Folder" hint="Empty for the root."><input name="path" /><//>
      <${Field} label="Tool" hint="Id or slug; empty makes a new one."><input name="tool_id" /><//>
    <//>
    <div role="status">
      ${
        connected &&
        html`<div class="note good">
          <p>Connected.</p>
          ${connected.warnings.map((warning) => html`<p>${warning}</p>`)}
          ${
            !connected.webhook.installed &&
            html`<p>Add this webhook to the repository. Its secret is readable this once.</p>
              <${CopyBlock} label="Webhook address" text=${connected.webhook.url} /><${CopyBlock}
                label="Webhook secret"
                text=${connected.webhook.secret}
              />`
          }
        </div>`
      }
    </div>
  </details>`;
}

function Card({ connection, onChange }: { connection: Connection; onChange: () => void }): VNode {
  const { busy, error, run } = useAction();
  const { connection_id: id, repository_url: url } = connection;
  const name = url.replace(/^https?:\/\/[^/]+\//, '');
  const sync = (): void =>
    void run(async () => {
      const { task_id } = await call<{ task_id: string }>('POST', `/api/v1/github/sync/${id}`);
      go(to('tasks', task_id));
    });
  const disconnect = (): void =>
    void run(async () => {
      await call('DELETE', `/api/v1/github/disconnect/${id}`);
      onChange();
    });
  return html`<article>
    <div class="head">
      <h2>${name}</h2>
      <div class="actions">
        ${connection.tool_id && html`<a class="button secondary" href=${to('tools', connection.tool_id)}>Its tool</a>`}
        ${can('github:update') && html`<button type="button" class="secondary" disabled=${busy || connection.syncing} onClick=${sync}>${connection.syncing ? 'Syncing …' : 'Sync now'}</button>`}
        ${can('github:delete') && html`<${ConfirmButton} label="Disconnect" disabled=${busy} question=${`Disconnect ${name}? The tool stays.`} onConfirm=${disconnect} />`}
      </div>
    </div>
    <${ErrorNote} error=${error} />
    <p class="facts">
      <${Badge} state=${connection.status} />${' '}
      <span>branch <code>${connection.branch}</code></span>
      ${connection.last_sync_sha && html`<span>at <code>${connection.last_sync_sha.slice(0, 7)}</code>, <${Time} at=${connection.last_synced_at} /></span>`}
      ${connection.behind_by ? html`<span>${connection.behind_by} behind</span>` : ''}
    </p>
    ${connection.last_error && html`<p class="note bad">${connection.last_error}</p>`}
    ${connection.warnings.map((warning) => html`<p class="note">${warning}</p>`)}
    <${Deliveries} id=${id} />
  </article>`;
}

function Deliveries({ id }: { id: string }): VNode {
  const [open, setOpen] = useState(false);
  const loaded = useLoad(
    async () =>
      open
        ? call<{ deliveries: readonly Delivery[] }>('GET', `/api/v1/github/connections/${id}/deliveries`)
        : { deliveries: [] },
    [id, open],
  );
  return html`<details onToggle=${(event: Event) => setOpen((event.currentTarget as HTMLDetailsElement).open)}>
    <summary>Deliveries</summary>
    <${Loaded} from=${loaded}
      >${({ deliveries }: { deliveries: readonly Delivery[] }) =>
        html`<${Table}
          caption="Deliveries"
          rows=${deliveries}
          empty="GitHub has delivered nothing yet."
          columns=${[
            { name: 'Event', of: (one: Delivery) => `${one.event_type}${one.action ? ` ${one.action}` : ''}` },
            { name: 'Ref', of: (one: Delivery) => one.ref ?? '–' },
            { name: 'Received', of: (one: Delivery) => html`<${Time} at=${one.received_at} />` },
            { name: 'Outcome', of: (one: Delivery) => one.outcome ?? 'waiting' },
          ]}
        />`}<//
    >
  </details>`;
}
