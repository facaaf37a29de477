import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Chart } from '../chart.ts';
import { count, ms, percent } from '../format.ts';
import { useLive } from '../live.ts';
import { to } from '../router.ts';
import { call, can } from '../session.ts';
import type { Deployment, Usage } from '../types.ts';
import { ConfirmButton } from '../forms.ts';
import { useAction, useLoad } from '../load.ts';
import { Badge, Code, CopyBlock, Empty, ErrorNote, Head, Loaded, Time } from '../ui.ts';
import { Logs } from './logs.ts';

const phases = ['queued', 'provisioning', 'installing', 'initializing', 'ready'];
const clients: Readonly<Record<string, string>> = {
  claude_code: 'Claude Code',
  claude_desktop: 'Claude Desktop',
  cline: 'Cline',
  codex: 'Codex',
  copilot: 'GitHub Copilot',
  cursor: 'Cursor',
  gemini: 'Gemini CLI',
  inspector: 'MCP Inspector',
  lm_studio: 'LM Studio',
  mcp_remote: 'mcp-remote',
  mcporter: 'mcporter',
  opencode: 'opencode',
  qwen: 'Qwen Code',
  roo: 'Roo Code',
  sign_in: 'Any client that signs in',
  vscode: 'VS Code',
  windsurf: 'Windsurf',
  zed: 'Zed',
};

export function DeploymentView({ id }: { id: string }): VNode {
  const loaded = useLoad(() => call<Deployment>('GET', `/api/v1/deployments/${encodeURIComponent(id)}`), [id]);
  useLive((update) => {
    if (update.type === 'deployment_status' && update.deployment_id === loaded.data?.deployment_id) loaded.reload();
  }, loaded.reload);
  if (!loaded.data) return html`<${Head} title="Deployment" /><${Loaded} from=${loaded}>${() => null}<//>`;
  const deployment = loaded.data;
  const { status, phase } = deployment;
  const isOver = status === 'stopped' || status === 'failed';
  return html`<${Head} title=${deployment.tool_name}
      ><${Actions} deployment=${deployment} onChange=${loaded.reload}
    /><//>
    <p class="facts" role="status">
      <${Badge} state=${status} /> <${Badge} state=${deployment.health_status} />${' '}
      <a href=${to('tools', deployment.slug)}>revision ${deployment.tool_revision}</a>${' '}
      <span>${deployment.access === 'private' ? 'private' : 'open to the team'}</span>
      <span>deployed <${Time} at=${deployment.deployed_at} /></span>
    </p>
    ${
      status === 'starting' &&
      html`<ol class="phases" aria-label="Phases">
        ${phases.map((one) => html`<li class=${phases.indexOf(one) < phases.indexOf(phase) ? 'done' : ''} aria-current=${one === phase ? 'step' : undefined}>${one}</li>`)}
      </ol>`
    }
    ${
      deployment.last_error &&
      html`<div class="note bad">
        <h2>Why it ${status === 'failed' ? 'failed' : 'had trouble'}</h2>
        <p>${deployment.last_error.reason}</p>
        ${deployment.last_error.log.length > 0 && html`<${Code} label="The last lines that it wrote" text=${deployment.last_error.log.join('\n')} />`}
      </div>`
    }
    <${Numbers} deployment=${deployment} />
    <div class="columns">
      <article>
        <h2>Connect a client</h2>
        ${
          isOver
            ? html`<${Empty}>It is ${status}: there is no endpoint.<//>`
            : html`<${Connect} blocks=${deployment.connect} />`
        }
      </article>
      <article>
        <h2>Its tools</h2>
        ${
          deployment.tools
            ? html`<ul class="feed">
                ${deployment.tools.map(({ name, description }) => html`<li>${can('mcp:call') && !isOver ? html`<a href=${to('try', deployment.slug, { tool: name })}>${name}</a>` : html`<strong>${name}</strong>`} <span class="faint clamp">${description}</span></li>`)}
              </ul>`
            : html`<${Empty}>Known once it has started.<//>`
        }
      </article>
    </div>
    <${Logs} id=${deployment.deployment_id} live=${!isOver} />`;
}

/** What to paste, for the client that somebody has. */
function Connect({ blocks }: { blocks: Deployment['connect'] }): VNode {
  const [client, setClient] = useState('claude_code');
  return html`<label class="field"
      ><span>Client</span>
      <select
        value=${client}
        onChange=${(event: Event) => setClient((event.currentTarget as HTMLSelectElement).value)}
      >
        ${Object.keys(blocks).map((name) => html`<option value=${name}>${clients[name] ?? name}</option>`)}
      </select></label
    >
    <${CopyBlock} label=${clients[client] ?? client} text=${blocks[client] ?? ''} />
    <p class="faint">
      ${
        client === 'sign_in'
          ? 'The client asks you to sign in when it first connects.'
          : html`Put a key of <a href=${to('keys')}>yours</a> in the place of <code>YOUR_API_KEY</code>.`
      }
    </p>`;
}

function Actions({ deployment, onChange }: { deployment: Deployment; onChange: () => void }): VNode {
  const { busy, error, run } = useAction();
  const { deployment_id: id, slug, status } = deployment;
  if (status === 'stopped' || status === 'failed')
    return html`${can('deployments:create') && html`<a class="button" href=${to('tools', slug, 'deploy')}>Deploy again</a>`}`;
  const act = (method: string, path: string): void =>
    void run(async () => {
      await call(method, path);
      onChange();
    });
  return html`${can('mcp:call') && html`<a class="button" href=${to('try', slug)}>Try a tool</a>`}
    ${can('deployments:update') && html`<button type="button" class="secondary" disabled=${busy} onClick=${() => act('POST', `/api/v1/deployments/${id}/restart`)}>Restart</button>`}
    ${can('deployments:delete') && html`<${ConfirmButton} label="Stop" disabled=${busy} question=${`Stop ${deployment.tool_name}? Calls in flight may finish; its endpoint is gone after that.`} onConfirm=${() => act('DELETE', `/api/v1/deployments/${id}`)} />`}
    <${ErrorNote} error=${error} />`;
}

function Numbers({ deployment }: { deployment: Deployment }): VNode {
  const { metrics, memory_mb: memory, restarts, replicas } = deployment;
  const [since] = useState(() => new Date(Date.now() - 48 * 3_600_000).toISOString());
  const usage = useLoad(
    () =>
      call<Usage>('GET', '/api/v1/usage', {
        query: { deployment_id: deployment.deployment_id, group: 'hour', from: since },
      }),
    [deployment.deployment_id, metrics.requests_total],
  );
  const rows = usage.data?.items ?? [];
  return html`<ul class="numbers">
    <li><strong>${count(metrics.requests_total)}</strong><span>Calls</span></li>
    <li><strong>${ms(metrics.avg_response_time_ms)}</strong><span>On average</span></li>
    <li>
      <strong>${ms(metrics.p95_response_time_ms)}</strong><span>95 of 100 within</span>
      ${rows.length > 1 && html`<${Chart} plain=${true} height=${40} steps=${rows.map(({ key }) => key)} series=${[{ name: 'p95', values: rows.map(({ p95_ms }) => p95_ms), tone: 'accent' }]} summary=${`Latency by hour over two days, last ${ms(rows.at(-1)?.p95_ms ?? null)}`} />`}
    </li>
    <li><strong>${percent(metrics.error_rate)}</strong><span>Failed</span></li>
    <li><strong>${memory === null ? '–' : `${Math.round(memory)} MB`}</strong><span>Memory</span></li>
    <li>
      <strong>${count(restarts)}</strong
      ><span>${replicas === 1 ? 'Restarts' : `Restarts of ${replicas} replicas`}</span>
    </li>
  </ul>`;
}
