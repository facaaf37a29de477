import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { programName } from '../format.ts';
import { call } from '../session.ts';
import type { SessionSummary } from '../people-types.ts';
import type { Page } from '../types.ts';
import { ConfirmButton } from '../forms.ts';
import { useAction, useLoad } from '../load.ts';
import { Table } from '../tables.ts';
import { Badge, ErrorNote, Loaded, Time } from '../ui.ts';

/** Where the user is signed in, and a way to end it. */
export function Sessions(): VNode {
  const loaded = useLoad(
    () => call<Page<SessionSummary>>('GET', '/api/v1/auth/sessions', { query: { page_size: 100 } }),
    [],
  );
  const { busy, error, run } = useAction();
  const end = (...sessions: readonly SessionSummary[]): void =>
    void run(async () => {
      for (const { id } of sessions) await call('DELETE', `/api/v1/auth/sessions/${id}`);
      loaded.reload();
    });
  return html`<article>
    <h2>Where you are signed in</h2>
    <${ErrorNote} error=${error} />
    <${Loaded} from=${loaded}
      >${({ items }: Page<SessionSummary>) => {
        const others = items.filter(({ is_current }) => !is_current);
        return html`<${Table}
            caption="Sessions"
            rows=${items}
            empty="This session appears here in a moment."
            columns=${[
              {
                name: 'Program',
                of: (one: SessionSummary) =>
                  html`<span title=${one.user_agent ?? ''}>${programName(one.user_agent)}</span>
                    ${one.is_current && html` <${Badge} state="this one" />`}`,
              },
              { name: 'Address', of: (one: SessionSummary) => html`<code>${one.source_ip ?? '–'}</code>` },
              { name: 'Since', of: (one: SessionSummary) => html`<${Time} at=${one.created_at} />` },
              { name: 'Last renewed', of: (one: SessionSummary) => html`<${Time} at=${one.last_renewed_at} />` },
              {
                name: 'Actions',
                of: (one: SessionSummary) =>
                  !one.is_current &&
                  html`<${ConfirmButton}
                    label="End"
                    disabled=${busy}
                    question=${`End the session of ${programName(one.user_agent)} from ${one.source_ip ?? 'an unknown address'}? It is signed out at once.`}
                    onConfirm=${() => end(one)}
                  />`,
              },
            ]}
          />
          ${
            others.length > 1 &&
            html`<${ConfirmButton}
              label="End all others"
              disabled=${busy}
              question=${`End your ${others.length} other sessions?`}
              onConfirm=${() => end(...others)}
            />`
          }`;
      }}<//
    >
  </article>`;
}
