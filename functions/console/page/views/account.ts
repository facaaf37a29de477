import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { call, currentUser } from '../session.ts';
import { ConfirmButton, Field, Form } from '../forms.ts';
import { useAction, useLoad } from '../load.ts';
import { Table } from '../tables.ts';
import { CopyBlock, ErrorNote, Head, Loaded, Time } from '../ui.ts';
import type { Page } from '../types.ts';
import { Sessions } from './sessions.ts';

interface Grant {
  readonly id: string;
  readonly application: string;
  readonly redirect_host: string;
  readonly resource: string;
  readonly created_at: string;
  readonly expires_at: string;
}

export function Account(): VNode {
  const user = currentUser();
  return html`<${Head} title="Account" />
    <p class="facts">
      <strong>${user?.username}</strong> <span>${user?.email}</span> <span>${user?.role}</span>
      <span>since <${Time} at=${user?.created_at ?? null} /></span>
    </p>
    <div class="columns"><${Password} /><${SecondFactor} /></div>
    <${Sessions} />
    <${Grants} />`;
}

function Password(): VNode {
  const [changed, setChanged] = useState(false);
  const change = async (fields: Readonly<Record<string, string>>, form: HTMLFormElement): Promise<void> => {
    await call('POST', '/api/v1/auth/password', { json: fields });
    form.reset();
    setChanged(true);
  };
  return html`<article>
    <h2>Password</h2>
    <${Form} submit="Change the password" onSubmit=${change}>
      <input
        class="hidden"
        name="username"
        autocomplete="username"
        value=${currentUser()?.username}
        tabindex=${-1}
        readonly
        aria-hidden="true"
        disabled
      />
      <${Field} label="Present password"
        ><input name="current_password" type="password" autocomplete="current-password" required
      /><//>
      <${Field} label="New password"
        ><input name="new_password" type="password" autocomplete="new-password" required
      /><//>
    <//>
    <p role="status">${changed && 'The password is changed. Every other session of yours has ended.'}</p>
  </article>`;
}

function SecondFactor(): VNode {
  const [started, setStarted] = useState<{ secret: string; qr_text: string }>();
  const [codes, setCodes] = useState<readonly string[]>();
  const [removed, setRemoved] = useState(false);
  const { busy, error, run } = useAction();
  const start = (): void =>
    void run(async () => setStarted(await call<{ secret: string; qr_text: string }>('POST', '/api/v1/auth/totp')));
  const confirm = async (fields: Readonly<Record<string, string>>): Promise<void> => {
    const { recovery_codes } = await call<{ recovery_codes: readonly string[] }>('POST', '/api/v1/auth/totp/confirm', {
      json: fields,
    });
    setCodes(recovery_codes);
    setStarted(undefined);
  };
  const remove = async (fields: Readonly<Record<string, string>>): Promise<void> => {
    await call('DELETE', '/api/v1/auth/totp', { json: fields });
    setRemoved(true);
  };
  return html`<article>
    <h2>Second factor</h2>
    ${
      codes
        ? html`<p role="status">
              The second factor is on. Keep these recovery codes where you keep passwords; each is good once, and they
              are not readable again.
            </p>
            <${CopyBlock} label="Recovery codes" text=${codes.join('\n')} />`
        : started
          ? html`<p>Enter this key in your authenticator app, or open the link on the device that has it.</p>
              <${CopyBlock} label="Key" text=${started.secret} />
              <p><a href=${started.qr_text}>Open in the authenticator app</a></p>
              <${Form} submit="Confirm" onSubmit=${confirm}
                ><${Field} label="Code that it displays"><input name="totp" autocomplete="one-time-code" required /><//
              ><//>`
          : html`<p>A code from an app on your phone, asked for at each sign-in.</p>
              <button type="button" disabled=${busy} onClick=${start}>Set up</button>`
    }
    <${ErrorNote} error=${error} />
    <details>
      <summary>Remove it</summary>
      <${Form} submit="Remove the second factor" onSubmit=${remove}
        ><${Field} label="Code, or a recovery code"><input name="totp" autocomplete="one-time-code" required /><//
      ><//>
      <p role="status">${removed && 'The second factor is removed.'}</p>
    </details>
  </article>`;
}

function Grants(): VNode {
  const loaded = useLoad(() => call<Page<Grant>>('GET', '/api/v1/auth/grants', { query: { page_size: 100 } }), []);
  const { busy, error, run } = useAction();
  const end = (grant: Grant): void =>
    void run(async () => {
      await call('DELETE', `/api/v1/auth/grants/${grant.id}`);
      loaded.reload();
    });
  return html`<article>
    <h2>Applications that may act for you</h2>
    <${ErrorNote} error=${error} />
    <${Loaded} from=${loaded}
      >${({ items }: Page<Grant>) =>
        html`<${Table}
          caption="Applications"
          rows=${items}
          empty="None. An MCP client that you sign in to appears here."
          columns=${[
            {
              name: 'Application',
              of: (one: Grant) => html`${one.application}<br /><span class="faint">${one.redirect_host}</span>`,
            },
            { name: 'Reaches', of: (one: Grant) => html`<code>${one.resource}</code>` },
            { name: 'Allowed', of: (one: Grant) => html`<${Time} at=${one.created_at} />` },
            { name: 'Ends', of: (one: Grant) => html`<${Time} at=${one.expires_at} />` },
            {
              name: 'Actions',
              of: (one: Grant) =>
                html`<${ConfirmButton}
                  label="End"
                  disabled=${busy}
                  question=${`End what ${one.application} may do for you?`}
                  onConfirm=${() => end(one)}
                />`,
            },
          ]}
        />`}<//
    >
  </article>`;
}
