import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { json, plural, tokens } from '../format.ts';
import { call, can } from '../session.ts';
import type { OfferState, Offers } from '../types.ts';
import { useAction, useLoad } from '../load.ts';
import { Badge, Code, Empty, ErrorNote, Loaded } from '../ui.ts';

const words: Readonly<Record<OfferState, string>> = {
  approved: 'Offered at /mcp/v1.',
  changed: 'It says something else of itself than what was approved, so it is held back.',
  new: 'It came after the others were approved, so it is held back.',
  disabled: 'It is switched off.',
};
const order: readonly OfferState[] = ['changed', 'new', 'disabled', 'approved'];

/** One thing that a server offers. */
interface Offer {
  readonly kind: keyof Offers;
  /** How a decision names it. */
  readonly called: Readonly<Record<string, string>>;
  readonly name: string;
  readonly state: OfferState;
  readonly fingerprint: string;
  readonly description: string | null;
  readonly schema?: unknown;
}

function listOf({ tools, prompts, resources, resource_templates }: Offers): readonly Offer[] {
  const all: readonly Offer[] = [
    ...tools.map(({ name, input_schema: schema, ...rest }) => ({
      ...rest,
      kind: 'tools' as const,
      name,
      called: { name },
      schema,
    })),
    ...prompts.map(({ name, ...rest }) => ({ ...rest, kind: 'prompts' as const, name, called: { name } })),
    ...resources.map(({ uri, ...rest }) => ({ ...rest, kind: 'resources' as const, name: uri, called: { uri } })),
    ...resource_templates.map(({ uri_template, ...rest }) => ({
      ...rest,
      kind: 'resource_templates' as const,
      name: uri_template,
      called: { uri_template },
    })),
  ];
  return all.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

const kinds = { tools: '', prompts: 'prompt', resources: 'resource', resource_templates: 'resource template' } as const;

/** What a tool's server offers, and what of it is let through: what needs a decision first. */
export function Approvals({ id, mine }: { id: string; mine: boolean }): VNode {
  const path = `/api/v1/mcps/${id}/approvals`;
  const loaded = useLoad(() => call<Offers>('GET', path), [id]);
  const { busy, error, run } = useAction();
  const mayDecide = mine && can('mcps:update');
  const decide = ({ kind, called }: Offer, decision: { approve?: string; enabled?: boolean }): void =>
    void run(async () => {
      // What has changed again since it was read is refused; then the list says what it is now.
      await call('PATCH', path, { json: { [kind]: [{ ...called, ...decision }] } }).finally(loaded.reload);
    });
  return html`<article>
    <h2>What its server offers</h2>
    <${ErrorNote} error=${error} />
    <${Loaded} from=${loaded}
      >${(offers: Offers) => {
        const list = listOf(offers);
        if (list.length === 0) return html`<${Empty}>Known once it is deployed.<//>`;
        const heldBack = list.filter(({ state }) => state === 'changed' || state === 'new');
        return html`${
          heldBack.length > 0 &&
          html`<div class="note bad" role="status">
              <p>${heldBack.length} of ${list.length} held back from /mcp/v1 until somebody has read and approved it.</p>
            </div>`
        }
          <ul class="feed">
            ${list.map(
              (offer) =>
                html`<li>
                  <div class="row">
                    <span class="grow"><${Badge} state=${offer.state} /> <strong>${offer.name}</strong>${' '}
                      <span class="faint">${kinds[offer.kind]} about ${plural(tokens(offer.schema ?? '') + tokens(offer.description ?? ''), 'token')}</span></span>
                    ${
                      mayDecide &&
                      heldBack.includes(offer) &&
                      html`<button
                        type="button"
                        class="small"
                        disabled=${busy}
                        aria-label=${`Approve ${offer.name}`}
                        onClick=${() => decide(offer, { approve: offer.fingerprint })}
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
                        aria-label=${`Switch ${offer.state === 'disabled' ? 'on' : 'off'} ${offer.name}`}
                        onClick=${() => decide(offer, { enabled: offer.state === 'disabled' })}
                      >
                        ${offer.state === 'disabled' ? 'Switch on' : 'Switch off'}
                      </button>`
                    }
                  </div>
                  ${offer.state !== 'approved' && html`<p class="faint">${words[offer.state]}</p>`}
                  <details open=${heldBack.includes(offer)}>
                    <summary>What it says of itself</summary>
                    <p class="pre">${offer.description ?? 'Nothing.'}</p>
                    ${offer.schema !== undefined && html`<${Code} label=${`Input schema of ${offer.name}`} text=${json(offer.schema)} />`}
                  </details>
                </li>`,
            )}
          </ul>`;
      }}<//
    >
  </article>`;
}
