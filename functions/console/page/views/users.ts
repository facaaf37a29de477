import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { go, to } from '../router.ts';
import { call, currentUser } from '../session.ts';
import type { Me } from '../people-types.ts';
import type { Page } from '../types.ts';
import { ConfirmButton, Field, Form } from '../forms.ts';
import { useAction, useLoad } from '../load.ts';
import { Pager, Table } from '../tables.ts';
import { Badge, CopyBlock, ErrorNote, Head, Loaded, Time } from '../ui.ts';

const roles = ['viewer', 'developer', 'admin'];

export function Users({ query }: { query: URLSearchParams }): VNode {
  const { search = '', role = '', page = '1' } = Object.fromEntries(query);
  const loaded = useLoad(
    () => call<Page<Me>>('GET', '/api/v1/users', { query: { search, role, page } }),
    [search, role, page],
  );
  const { busy, error, run } = useAction();
  const change = (user: Me, json: object): void =>
    void run(async () => {
      await call('PATCH', `/api/v1/users/${user.id}`, { json });
      loaded.reload();
    });
  const filter = (event: Event): void => {
    event.preventDefault();
    const form = (event.currentTarget as HTMLElement).closest('form');
    if (form) go(to('users', Object.fromEntries(new FormData(form)) as Record<string, string>));
  };
  return html`<${Head} title="Users" />
    <${Invite} />
    <form class="filters" onSubmit=${filter}>
      <label
        ><span class="hidden">Search users</span
        ><input type="search" name="search" placeholder="Search name, e-mail" defaultValue=${search}
      /></label>
      <label
        ><span class="hidden">Role</span
        ><select name="role" value=${role} onChange=${filter}>
          <option value="">Any role</option>
          ${roles.map((one) => html`<option value=${one}>${one}</option>`)}
        </select></label
      >
      <button type="submit" class="secondary">Search</button>
    </form>
    <${ErrorNote} error=${error} />
    <${Loaded} from=${loaded}>
      ${(found: Page<Me>) =>
        html`<${Table}
            caption="Users"
            rows=${found.items}
            empty="Nobody matches."
            columns=${[
              { name: 'User', of: (user: Me) => html`${user.username}<br /><span class="faint">${user.email}</span>` },
              {
                name: 'Role',
                of: (user: Me) =>
                  html`<select
                    aria-label=${`Role of ${user.username}`}
                    value=${user.role}
                    disabled=${busy || user.id === currentUser()?.id}
                    onChange=${(event: Event) => change(user, { role: (event.currentTarget as HTMLSelectElement).value })}
                  >
                    ${roles.map((one) => html`<option value=${one}>${one}</option>`)}
                  </select>`,
              },
              { name: 'State', of: (user: Me) => html`<${Badge} state=${user.is_active ? 'active' : 'inactive'} />` },
              { name: 'Since', of: (user: Me) => html`<${Time} at=${user.created_at} />` },
              {
                name: 'Actions',
                of: (user: Me) =>
                  user.id === currentUser()?.id
                    ? html`<span class="faint">you</span>`
                    : user.is_active
                      ? html`<${ConfirmButton}
                          label="Deactivate"
                          disabled=${busy}
                          question=${`Deactivate ${user.username}? Their sessions, keys and streams end at once.`}
                          onConfirm=${() => change(user, { is_active: false })}
                        />`
                      : html`<button
                          type="button"
                          class="secondary"
                          disabled=${busy}
                          onClick=${() => change(user, { is_active: true })}
                        >
                          Activate
                        </button>`,
              },
            ]}
          />
          <${Pager} page=${found} onPage=${(next: number) => go(to('users', { search, role, page: next }))} />`}
    <//>`;
}

function Invite(): VNode {
  const [made, setMade] = useState<{ invite: string; role: string; expires_at: string }>();
  const invite = async (fields: Readonly<Record<string, string>>): Promise<void> => {
    setMade(
      await call<{ invite: string; role: string; expires_at: string }>('POST', '/api/v1/users/invites', {
        json: {
          role: fields['role'],
          expires_in_hours: Number(fields['hours']),
          ...(fields['email'] && { email: fields['email'] }),
        },
        headers: { 'idempotency-key': crypto.randomUUID() },
      }),
    );
  };
  return html`<details class="card">
    <summary>Invite somebody</summary>
    <${Form} submit="Make the invitation" onSubmit=${invite}>
      <${Field} label="E-mail" hint="Empty: whoever has the invitation may use it."
        ><input name="email" type="email"
      /><//>
      <${Field} label="Role"
        ><select name="role" defaultValue="developer">
          ${roles.map((one) => html`<option value=${one} selected=${one === 'developer'}>${one}</option>`)}
        </select><//
      >
      <${Field} label="Hours that it is good for"
        ><input name="hours" type="number" min="1" max="720" defaultValue="72" required
      /><//>
    <//>
    <div role="status">
      ${
        made &&
        html`<div class="note good">
          <p>Good once, for a ${made.role}, until <${Time} at=${made.expires_at} />. It is readable this once.</p>
          <${CopyBlock} label="Invitation" text=${made.invite} />
        </div>`
      }
    </div>
  </details>`;
}
