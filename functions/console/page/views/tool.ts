import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { json, sentence } from '../format.ts';
import { useLive } from '../live.ts';
import { go, to } from '../router.ts';
import { call, can, currentUser } from '../session.ts';
import type { Page, Tool, Version } from '../types.ts';
import { ConfirmButton, Form } from '../forms.ts';
import { useAction, useLoad } from '../load.ts';
import { Pager, Table } from '../tables.ts';
import { Badge, Code, CopyBlock, ErrorNote, Head, Loaded, Time } from '../ui.ts';
import { Approvals } from './approvals.ts';

export function ToolView({ id }: { id: string }): VNode {
  const loaded = useLoad(() => call<Tool>('GET', `/api/v1/mcps/${encodeURIComponent(id)}`), [id]);
  useLive((update) => {
    if (update.type === 'mcp_changed' && update.slug === loaded.data?.slug) loaded.reload();
  }, loaded.reload);
  if (!loaded.data) return html`<${Head} title="Tool" /><${Loaded} from=${loaded}>${() => null}<//>`;
  const tool = loaded.data;
  return html`<${Head} title=${tool.name}><${Actions} tool=${tool} onChange=${loaded.reload} /><//>
    <p class="facts">
      <${Badge} state=${tool.status} /> <code>${tool.slug}</code> <span>version ${tool.version}</span>
      <span>revision ${tool.revision}</span> <span>changed <${Time} at=${tool.updated_at} /></span>
    </p>
    ${tool.description && html`<p class="lead">${tool.description}</p>`}
    <div class="columns">
      <${Score} tool=${tool} />
      <${Export} tool=${tool} />
    </div>
    <${Approvals} id=${tool.id} mine=${isMine(tool)} />
    <article>
      <h2>Configuration</h2>
      <${Code} label="Configuration" text=${json(tool.config)} />
    </article>
    <${History} tool=${tool} />`;
}

function isMine({ author_id }: Tool): boolean {
  return author_id === currentUser()?.id || currentUser()?.role === 'admin';
}

function Actions({ tool, onChange }: { tool: Tool; onChange: () => void }): VNode {
  const { busy, error, run } = useAction();
  const mine = isMine(tool);
  const change = (status: Tool['status']): void =>
    void run(async () => {
      await call('PUT', `/api/v1/mcps/${tool.id}`, { json: { status }, headers: { 'if-match': `"${tool.revision}"` } });
      onChange();
    });
  const remove = (): void =>
    void run(async () => {
      await call('DELETE', `/api/v1/mcps/${tool.id}`, { query: { force: true } });
      go(to('tools'));
    });
  return html`${can('deployments:create') && mine && html`<a class="button" href=${to('tools', tool.slug, 'deploy')}>Deploy</a>`}
    ${can('mcps:update') && mine && tool.status !== 'active' && html`<button type="button" class="secondary" disabled=${busy} onClick=${() => change('active')}>Activate</button>`}
    ${can('mcps:update') && mine && tool.status === 'active' && html`<button type="button" class="secondary" disabled=${busy} onClick=${() => change('deprecated')}>Deprecate</button>`}
    ${can('mcps:delete') && mine && html`<${ConfirmButton} label="Delete" disabled=${busy} question=${`Delete ${tool.name}? Its running server is stopped. Its history stays, and its slug stays taken.`} onConfirm=${remove} />`}
    <${ErrorNote} error=${error} />`;
}

function Score({ tool }: { tool: Tool }): VNode {
  const { busy, error, run } = useAction();
  const analyse = (kind: 'feasibility' | 'improvements'): void =>
    void run(async () => {
      const { task_id } = await call<{ task_id: string }>('POST', `/api/v1/analyze/${kind}`, {
        json: { tool_id: tool.id },
      });
      go(to('tasks', task_id));
    });
  const { analysis } = tool;
  return html`<article>
    <h2>Analysis</h2>
    ${
      analysis
        ? html`<p>
              <strong class="big">${Math.round(analysis.score * 100)}</strong> of 100,
              ${analysis.is_feasible ? 'feasible' : 'not feasible as it is'}${' '}
              <span class="faint">
                for revision ${analysis.revision}, <a href=${to('tasks', analysis.task_id)}>the report</a> of
                <${Time} at=${analysis.analysed_at}
              /></span>
            </p>
            <meter
              min="0"
              max="1"
              low="0.5"
              high="0.75"
              optimum="1"
              value=${analysis.score}
              aria-label="Score"
            ></meter>`
        : html`<p class="empty">Not analysed yet.</p>`
    }
    ${
      can('analyze:create') &&
      html`<div class="actions">
        <button type="button" class="secondary" disabled=${busy} onClick=${() => analyse('feasibility')}>
          Assess feasibility
        </button>
        <button type="button" class="secondary" disabled=${busy} onClick=${() => analyse('improvements')}>
          Suggest improvements
        </button>
      </div>`
    }
    <${ErrorNote} error=${error} />
  </article>`;
}

const formats = [
  'server.json',
  'claude-code',
  'claude-desktop',
  'cursor',
  'vscode',
  'windsurf',
  'gemini',
  'codex',
  'zed',
  'continue',
  'goose',
  'mcp.json',
];

function Export({ tool }: { tool: Tool }): VNode {
  const [text, setText] = useState<{ name: string; content: string }>();
  const load = async ({ format = '', via = '' }: Readonly<Record<string, string>>): Promise<void> => {
    const content = await call<unknown>('GET', `/api/v1/mcps/${tool.id}/export`, { query: { format, via } });
    setText({ name: `${format}, ${via}`, content: typeof content === 'string' ? content : json(content) });
  };
  return html`<article>
    <h2>Export</h2>
    <${Form} class="inline" submit="Show" onSubmit=${load}>
      <label class="field"
        ><span>Format</span
        ><select name="format">
          ${formats.map((format) => html`<option value=${format}>${format}</option>`)}
        </select></label
      >
      <label class="field"
        ><span>Through</span
        ><select name="via">
          <option value="direct">its original launch</option>
          <option value="platform">this platform</option>
        </select></label
      >
    <//>
    ${text && html`<${CopyBlock} label=${text.name} text=${text.content} />`}
  </article>`;
}

function History({ tool }: { tool: Tool }): VNode {
  const [page, setPage] = useState(1);
  const { error, run } = useAction();
  const loaded = useLoad(
    () =>
      call<Omit<Page<never>, 'items'> & { readonly versions: readonly Version[] }>(
        'GET',
        `/api/v1/mcps/${tool.id}/history`,
        {
          query: { page, page_size: 10 },
        },
      ),
    [tool.id, tool.revision, page],
  );
  const restore = (revision: number): void =>
    void run(() => call('POST', `/api/v1/mcps/${tool.id}/restore`, { json: { revision } }));
  const mine = isMine(tool);
  return html`<article>
    <h2>Versions</h2>
    <${ErrorNote} error=${error} />
    <${Loaded} from=${loaded}>
      ${(found: Omit<Page<never>, 'items'> & { readonly versions: readonly Version[] }) =>
        html`<${Table}
            caption="Versions"
            rows=${found.versions}
            empty="No versions yet."
            columns=${[
              { name: 'Revision', of: (one: Version) => one.revision },
              { name: 'Version', of: (one: Version) => one.version },
              { name: 'Change', of: (one: Version) => sentence(one.change_type) },
              { name: 'When', of: (one: Version) => html`<${Time} at=${one.changed_at} />` },
              {
                name: 'Actions',
                of: (one: Version) =>
                  html`<span class="actions">
                    ${one.revision > 1 && html`<a href=${to('tools', tool.slug, 'diff', { from: one.revision - 1, to: one.revision })} aria-label=${`What changed in revision ${one.revision}`}>What changed</a>`}
                    ${one.revision < tool.revision && html`<a href=${to('tools', tool.slug, 'diff', { from: one.revision, to: tool.revision })} aria-label=${`Compare with now: revision ${one.revision}`}>Compare with now</a>`}
                    ${can('mcps:update') && mine && one.revision < tool.revision && html`<${ConfirmButton} label="Restore" question=${`Make revision ${one.revision} the present one again? It becomes a new revision.`} onConfirm=${() => restore(one.revision)} />`}
                  </span>`,
              },
            ]}
          />
          <${Pager} page=${found} onPage=${setPage} />`}
    <//>
  </article>`;
}
