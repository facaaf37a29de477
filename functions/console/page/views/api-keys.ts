import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { bytes, count, sentence } from '../format.ts';
import { call, currentUser } from '../session.ts';
import type { ApiKey } from '../people-types.ts';
import type { Page } from '../types.ts';
import { ConfirmButton, Field, Form } from '../forms.ts';
import { useAction, useLoad } from '../load.ts';
import { Table } from '../tables.ts';
import { Badge, CopyBlock, ErrorNote, Head, Loaded, Time } from '../ui.ts';

interface Limit {
  readonly quota: string;
  readonly description: string;
  readonly limit: number;
  readonly used: number | null;
}

export function ApiKeys(): VNode {
  const loaded = useLoad(() => call<Page<ApiKey>>('GET', '/api/v1/auth/api-keys', { query: { page_size: 100 } }), []);
  const { busy, error, run } = useAction();
  const revoke = (key: ApiKey): void =>
    void run(async () => {
      await call('DELETE', `/api/v1/auth/api-keys/${key.id}`);
      loaded.reload();
    });
  return html`<${Head} title="Keys and limits" />
    <${CreateKey} onDone=${loaded.reload} />
    <article>
      <h2>API keys</h2>
      <${ErrorNote} error=${error} />
      <${Loaded} from=${loaded}
        >${({ items }: Page<ApiKey>) =>
          html`<${Table}
            caption="API keys"
            rows=${items}
            empty="You have no keys yet."
            columns=${[
              { name: 'Name', of: (key: ApiKey) => html`${key.name}<br /><code class="faint">${key.prefix}…</code>` },
              {
                name: 'May',
                of: (key: ApiKey) =>
                  html`<span class="clamp">${key.scopes ? key.scopes.join(', ') : 'all that you may'}</span>`,
              },
              { name: 'Servers', of: (key: ApiKey) => key.servers?.join(', ') ?? 'all' },
              { name: 'Last used', of: (key: ApiKey) => html`<${Time} at=${key.last_used_at} />` },
              {
                name: 'Expires',
                of: (key: ApiKey) => (key.expires_at ? html`<${Time} at=${key.expires_at} />` : 'never'),
              },
              {
                name: 'Actions',
                of: (key: ApiKey) =>
                  key.revoked_at
                    ? html`<${Badge} state="revoked" />`
                    : html`<${ConfirmButton}
                        label="Revoke"
                        disabled=${busy}
                        question=${`Revoke the key “${key.name}”? It stops working at once.`}
                        onConfirm=${() => revoke(key)}
                      />`,
              },
            ]}
          />`}<//
      >
    </article>
    <${Limits} />`;
}

function CreateKey({ onDone }: { onDone: () => void }): VNode {
  const [made, setMade] = useState<{ name: string; key: string }>();
  const permissions = currentUser()?.permissions.filter((one) => one !== '*:*') ?? [];
  const create = async (fields: Readonly<Record<string, string>>, form: HTMLFormElement): Promise<void> => {
    const scopes = new FormData(form).getAll('scopes');
    const servers = (fields['servers'] ?? '')
      .split(',')
      .map((slug) => slug.trim())
      .filter(Boolean);
    setMade(
      await call<{ name: string; key: string }>('POST', '/api/v1/auth/api-keys', {
        json: {
          name: fields['name'],
          ...(scopes.length > 0 && { scopes }),
          ...(servers.length > 0 && { servers }),
          ...(fields['days'] && {
            expires_at: new Date(Date.now() + Number(fields['days']) * 86_400_000).toISOString(),
          }),
        },
        headers: { 'idempotency-key': crypto.randomUUID() },
      }),
    );
    form.reset();
    onDone();
  };
  return html`<details class="card">
    <summary>Create a key</summary>
    <${Form} submit="Create the key" onSubmit=${create}>
      <${Field} label="Name"><input name="name" required maxlength="255" /><//>
      <${Field} label="Days until it expires" hint="Empty: it does not expire."
        ><input name="days" type="number" min="1" max="3650"
      /><//>
      <${Field} label="Servers" hint="Slugs, separated by commas; empty: all."><input name="servers" /><//>
      ${
        permissions.length > 0 &&
        html`<details>
          <summary>What it may do</summary>
          <fieldset class="grid">
            <legend>None chosen: all that you may</legend>
            ${permissions.map((one) => html`<label><input type="checkbox" name="scopes" value=${one} /> ${one}</label>`)}
          </fieldset>
        </details>`
      }
    <//>
    <div role="status">
      ${
        made &&
        html`<div class="note good">
          <p>This is the key “${made.name}”. It is readable this once.</p>
          <${CopyBlock} label="API key" text=${made.key} />
        </div>`
      }
    </div>
  </details>`;
}

function Limits(): VNode {
  const loaded = useLoad(() => call<{ limits: readonly Limit[] }>('GET', '/api/v1/auth/limits'), []);
  return html`<article>
    <h2>Limits</h2>
    <${Loaded} from=${loaded}
      >${({ limits }: { limits: readonly Limit[] }) =>
        html`<ul class="limits">
          ${limits.map((limit) => {
            const format = limit.quota === 'knowledge_bytes' ? bytes : count;
            return html`<li>
              <span title=${limit.description}>${sentence(limit.quota)}</span
              ><span class="faint"
                >${limit.used === null ? `at most ${format(limit.limit)}` : `${format(limit.used)} of ${format(limit.limit)}`}</span
              >
              ${limit.used !== null && html`<meter min="0" max=${limit.limit} low=${limit.limit * 0.8} high=${limit.limit * 0.95} optimum="0" value=${limit.used} aria-label=${sentence(limit.quota)}></meter>`}
            </li>`;
          })}
        </ul>`}<//
    >
  </article>`;
}
