import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { json } from '../format.ts';
import { go, to } from '../router.ts';
import { call } from '../session.ts';
import type { Page, Tool, ToolDiff, Version } from '../types.ts';
import { useLoad } from '../load.ts';
import { Table } from '../tables.ts';
import { Badge, Empty, Head, Loaded } from '../ui.ts';

interface Compared {
  readonly tool: Tool;
  readonly diff: ToolDiff;
  readonly before: unknown;
  readonly after: unknown;
}

/** Two revisions beside each other: what clients of the tool will notice, with reasons, and every value that changed. */
export function ToolDiffView({ id, query }: { id: string; query: URLSearchParams }): VNode {
  const from = Number(query.get('from') ?? 1);
  const until = Number(query.get('to') ?? 2);
  const loaded = useLoad(() => load(id, from, until), [id, from, until]);
  const choose = (event: Event): void => {
    event.preventDefault();
    const form = (event.currentTarget as HTMLElement).closest('form');
    if (form) go(to('tools', id, 'diff', Object.fromEntries(new FormData(form)) as Record<string, string>));
  };
  return html`<${Head} title="Compare revisions"
      ><a href=${to('tools', id)} class="button secondary">Back to the tool</a><//
    >
    <${Loaded} from=${loaded}>
      ${({ tool, diff, before, after }: Compared) =>
        html`<form class="filters" onSubmit=${choose}>
            ${['from', 'to'].map(
              (name) =>
                html`<label
                  ><span>${name === 'from' ? 'Revision' : 'with'}</span>
                  <select name=${name} onChange=${choose} value=${String(name === 'from' ? from : until)}>
                    ${Array.from({ length: tool.revision }, (_, index) => html`<option value=${String(index + 1)}>${index + 1}</option>`)}
                  </select></label
                >`,
            )}
          </form>
          <article>
            <h2>What clients notice</h2>
            <${Table}
              caption="Changes of the contract"
              rows=${diff.contract}
              empty="Nothing: the tools that it offers take and mean the same."
              columns=${[
                { name: 'Class', of: (one: ToolDiff['contract'][number]) => html`<${Badge} state=${one.class} />` },
                { name: 'Tool', of: (one: ToolDiff['contract'][number]) => html`<code>${one.tool}</code>` },
                { name: 'Where', of: (one: ToolDiff['contract'][number]) => html`<code>${one.path || '/'}</code>` },
                { name: 'Why', of: (one: ToolDiff['contract'][number]) => one.why },
              ]}
            />
          </article>
          <article>
            <h2>Every change</h2>
            ${diff.patch.length === 0 && html`<${Empty}>The two revisions are the same.<//>`}
            ${diff.patch.map(
              ({ op, path, value }) =>
                html`<section class="change" aria-label=${path}>
                  <h3><code>${path || '/'}</code> <span class="faint">${words[op] ?? op}</span></h3>
                  <div class="beside">
                    <pre class="before" tabindex=${0} role="group" aria-label=${`Revision ${from}`}>
${op === 'add' ? 'not there' : shorten(json(at(before, path)))}</pre>
                    <pre class="after" tabindex=${0} role="group" aria-label=${`Revision ${until}`}>
${op === 'remove' ? 'not there' : shorten(json(value ?? at(after, path)))}</pre>
                  </div>
                </section>`,
            )}
          </article>`}
    <//>`;
}

const words: Readonly<Record<string, string>> = { add: 'added', remove: 'removed', replace: 'changed' };

async function load(id: string, from: number, until: number): Promise<Compared> {
  const path = `/api/v1/mcps/${encodeURIComponent(id)}`;
  const [tool, diff] = await Promise.all([
    call<Tool>('GET', path),
    call<ToolDiff>('GET', `${path}/diff`, { query: { from, to: until } }),
  ]);
  const [before, after] = await Promise.all([from, until].map((revision) => revisionOf(path, tool.revision, revision)));
  return { tool, diff, before, after };
}

/** Newest first, ten a page: a revision's page follows from its number. */
async function revisionOf(path: string, newest: number, revision: number): Promise<unknown> {
  const page = Math.floor((newest - revision) / 10) + 1;
  const { versions } = await call<Omit<Page<never>, 'items'> & { readonly versions: readonly Version[] }>(
    'GET',
    `${path}/history`,
    { query: { page, page_size: 10 } },
  );
  return versions.find((version) => version.revision === revision);
}

/** What a JSON Pointer (RFC 6901) names. */
function at(value: unknown, path: string): unknown {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], value);
}

function shorten(text: string): string {
  return text.length > 4000 ? `${text.slice(0, 4000)}\n…` : text;
}
