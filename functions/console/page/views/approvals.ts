import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { json, plural, tokens } from '../format.ts';
import { call, can } from '../session.ts';
import type { OfferedTool } from '../types.ts';
import { Badge, Code, Empty, ErrorNote, Loaded, useAction, useLoad } from '../ui.ts';

const words: Readonly<Record<OfferedTool['state'], string>> = {
  approved: 'Offered at /mcp/v1.',
  changed: 'It says something else of itself than what was approved, so it is held back.',
  new: 'It came after the others were approved, so it is held back.',
  disabled: 'It is switched off.',
};
const order: readonly OfferedTool['state'][] = ['changed', 'new', 'disabled', 'approved'];

/** What a tool's server offers, and what of it is let through: what needs a decision first. */
export function Approvals({ id, mine }: { id: string; mine: boolean }): VNode {
  const path = `/api/v1/mcps/${id}/approvals`;
  const loaded = useLoad(() => call<{ tools: readonly OfferedTool[] }>('GET', path), [id]);
  const { busy, error, run } = useAction();
  const mayDecide = mine && can('mcps:update');
  const decide = (...tools: readonly { name: string; approve?: string; enabled?: boolean }[]): void =>
    void run(async () => {
      // A tool that has changed again since it was read is refused; then the list says what it is now.
      await call('PATCH', path, { json: { tools } }).finally(loaded.reload);
    });
  return html`<article>
    <h2>What its server offers</h2>
    <${ErrorNote} error=${error} />
    <${Loaded} from=${loaded}
      >${({ tools }: { tools: readonly OfferedTool[] }) => {
        if (tools.length === 0) return html`<${Empty}>Known once it is deployed.<//>`;
        const sorted = tools.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
        const heldBack = tools.filter(({ state }) => state === 'changed' || state === 'new');
        return html`${
          heldBack.length > 0 &&
          html`<div class="note bad" role="status">
              <p>${plural(heldBack.length, 'tool')} held back from /mcp/v1 until somebody has read and approved what is said there.</p>
            </div>`
        }
          <ul class="feed">
            ${sorted.map(
              (tool) =>
                html`<li>
                  <div class="row">
                    <span class="grow"><${Badge} state=${tool.state} /> <strong>${tool.name}</strong>${' '}
                      <span class="faint">about ${plural(tokens(tool.input_schema) + tokens(tool.description ?? ''), 'token')}</span></span>
                    ${
                      mayDecide &&
                      heldBack.includes(tool) &&
                      html`<button
                        type="button"
                        class="small"
                        disabled=${busy}
                        aria-label=${`Approve ${tool.name}`}
                        onClick=${() => decide({ name: tool.name, approve: tool.fingerprint })}
                      >
                        Approve
                      </button>`
                    }
                    ${
                      mayDecide &&
                      html`<button
                        type="button"
                        class="secondary small"
                        disabled=${busy}
                        aria-label=${`Switch ${tool.state === 'disabled' ? 'on' : 'off'} ${tool.name}`}
                        onClick=${() => decide({ name: tool.name, enabled: tool.state === 'disabled' })}
                      >
                        ${tool.state === 'disabled' ? 'Switch on' : 'Switch off'}
                      </button>`
                    }
                  </div>
                  ${tool.state !== 'approved' && html`<p class="faint">${words[tool.state]}</p>`}
                  <details open=${heldBack.includes(tool)}>
                    <summary>What it says of itself</summary>
                    <p class="pre">${tool.description ?? 'Nothing.'}</p>
                    <${Code} label=${`Input schema of ${tool.name}`} text=${json(tool.input_schema)} />
                  </details>
                </li>`,
            )}
          </ul>`;
      }}<//
    >
  </article>`;
}
