import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { count, plural, tokens } from '../format.ts';
import { go, to } from '../router.ts';
import { type SavedCall } from '../saved-calls.ts';
import { call } from '../session.ts';
import type { Deployment, DeploymentSummary, ServedTool } from '../types.ts';
import { useLoad } from '../load.ts';
import { Empty, Head, Loaded } from '../ui.ts';
import { CallTool } from './call-tool.ts';
import { SavedCalls } from './saved.ts';

export function TryTool({ slug, query }: { slug: string | undefined; query: URLSearchParams }): VNode {
  return html`<${Head} title="Try a tool" />
    <${Servers} slug=${slug} />
    ${slug !== undefined && html`<${Server} key=${slug} slug=${slug} chosen=${query.get('tool') ?? undefined} />`}`;
}

function Servers({ slug }: { slug: string | undefined }): VNode {
  const loaded = useLoad(running, []);
  return html`<${Loaded} from=${loaded}>
    ${({ deployments }: { deployments: readonly DeploymentSummary[] }) =>
      deployments.length === 0 && slug === undefined
        ? html`<${Empty}>No server is running. Deploy <a href=${to('tools')}>a tool</a> first.<//>`
        : html`<label class="field narrow"
            ><span>Server</span>
            <select
              value=${slug ?? ''}
              onChange=${(event: Event) => go(to('try', (event.currentTarget as HTMLSelectElement).value))}
            >
              ${slug === undefined && html`<option value="">Choose …</option>`}
              ${slug !== undefined && !deployments.some((one) => one.slug === slug) && html`<option value=${slug}>${slug}</option>`}
              ${deployments.map((one) => html`<option value=${one.slug}>${one.tool_name} (${one.slug})</option>`)}
            </select>
          </label>`}
  <//>`;
}

function Server({ slug, chosen }: { slug: string; chosen: string | undefined }): VNode {
  const loaded = useLoad(() => load(slug), [slug]);
  const [replayed, setReplayed] = useState<SavedCall>();
  const [saves, setSaves] = useState(0);
  const replay = (saved: SavedCall): void => {
    setReplayed(saved);
    go(to('try', slug, { tool: saved.tool }));
  };
  return html`<${Loaded} from=${loaded}>
    ${({ tools, revision }: Served) => {
      const tool = tools.find(({ name }) => name === chosen) ?? tools[0];
      return html`<p class="faint">
          ${revision !== undefined && `Revision ${revision}. `}${plural(tools.length, 'tool')}. Their list costs a model about ${count(tokens(tools))} tokens.
        </p>
        <div class="try">
          <nav class="nav" aria-label="Tools of this server">
            <ul>
              ${tools.map(({ name }) => html`<li><a href=${to('try', slug, { tool: name })} aria-current=${name === tool?.name ? 'true' : undefined}>${name}</a></li>`)}
            </ul>
          </nav>
          <div>
            ${
              tool
                ? html`<${CallTool}
                    key=${`${tool.name} ${replayed?.at ?? ''}`}
                    slug=${slug}
                    revision=${revision}
                    tool=${tool}
                    replayed=${replayed?.tool === tool.name ? replayed : undefined}
                    onSave=${() => setSaves(saves + 1)}
                  />`
                : html`<${Empty}>The server offers no tools.<//>`
            }
            <${SavedCalls} key=${saves} slug=${slug} onReplay=${replay} />
          </div>
        </div>`;
    }}
  <//>`;
}

interface Served {
  readonly tools: readonly ServedTool[];
  /** Of the tool whose server it is; unknown to who may not see the deployment. */
  readonly revision: number | undefined;
}

async function load(slug: string): Promise<Served> {
  const [{ tools }, revision] = await Promise.all([
    call<{ tools: readonly ServedTool[] }>('GET', `/mcp/${slug}/v1/tools`),
    revisionOf(slug),
  ]);
  return { tools, revision };
}

async function revisionOf(slug: string): Promise<number | undefined> {
  const { deployments } = await running();
  const id = deployments.find((one) => one.slug === slug)?.deployment_id;
  if (id === undefined) return undefined;
  return (await call<Deployment>('GET', `/api/v1/deployments/${id}`)).tool_revision;
}

function running() {
  return call<{ deployments: readonly DeploymentSummary[] }>('GET', '/api/v1/deployments', {
    query: { status: 'running', page_size: 100 },
  });
}
