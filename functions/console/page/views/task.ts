import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { json, plural, sentence } from '../format.ts';
import { useLive } from '../live.ts';
import { call, can } from '../session.ts';
import type { Finding, Task } from '../types.ts';
import { ConfirmButton } from '../forms.ts';
import { useAction, useLoad } from '../load.ts';
import { Table } from '../tables.ts';
import { Badge, Code, ErrorNote, Head, Loaded, Time } from '../ui.ts';
import { Progress } from './tasks.ts';

interface Result {
  readonly score?: number;
  readonly is_feasible?: boolean;
  readonly reasoning?: string;
  readonly findings?: readonly Finding[];
  readonly recommendations?: readonly string[];
  readonly improvements?: readonly {
    readonly title: string;
    readonly description: string;
    readonly priority: string;
    readonly effort: string;
  }[];
  readonly engine?: string;
}

export function TaskView({ id }: { id: string }): VNode {
  const loaded = useLoad(() => call<Task>('GET', `/api/v1/tasks/${encodeURIComponent(id)}`), [id]);
  useLive((update) => {
    if (update.type === 'task_update' && update.task_id === id) loaded.reload();
  }, loaded.reload);
  const { busy, error, run } = useAction();
  if (!loaded.data) return html`<${Head} title="Task" /><${Loaded} from=${loaded}>${() => null}<//>`;
  const task = loaded.data;
  const cancel = (): void =>
    void run(async () => {
      await call('DELETE', `/api/v1/tasks/${id}`);
      loaded.reload();
    });
  const result = task.result as Result | undefined | null;
  return html`<${Head} title=${sentence(task.type)}>
      ${can('tasks:delete') && (task.status === 'pending' || task.status === 'running') && html`<${ConfirmButton} label="Cancel the task" question="Cancel this task? What it has done so far is not kept." confirm="Cancel it" disabled=${busy} onConfirm=${cancel} />`}
    <//>
    <${ErrorNote} error=${error} />
    <p class="facts" role="status">
      <${Badge} state=${task.status} /> <span>${task.message}</span> <span>${plural(task.attempts, 'attempt')}</span>
      <span>created <${Time} at=${task.created_at} /></span>
    </p>
    <${Progress} task=${task} />
    ${
      task.error &&
      html`<div class="note bad">
        <p>${task.error.detail}</p>
        <p class="faint"><code>${task.error.error_code}</code></p>
      </div>`
    }
    ${result && html`<${ResultView} result=${result} />`}`;
}

function ResultView({ result }: { result: Result }): VNode {
  const {
    score,
    is_feasible: feasible,
    reasoning,
    findings = [],
    recommendations = [],
    improvements = [],
    engine,
  } = result;
  return html`${
    score !== undefined &&
    html`<article>
        <h2>Score</h2>
        <p>
          <strong class="big">${Math.round(score * 100)}</strong> of 100,
          ${feasible ? 'feasible' : 'not feasible as it is'} <span class="faint">by ${engine}</span>
        </p>
        <meter min="0" max="1" low="0.5" high="0.75" optimum="1" value=${score} aria-label="Score"></meter>
        ${reasoning && html`<p class="pre">${reasoning}</p>`}
      </article>`
  }
    ${
      findings.length > 0 &&
      html`<article>
        <h2>Findings</h2>
        <${Table}
          caption="Findings"
          rows=${findings}
          empty=""
          columns=${[
            { name: 'Severity', of: (one: Finding) => html`<${Badge} state=${one.severity} />` },
            { name: 'What', of: (one: Finding) => one.message },
            { name: 'Where', of: (one: Finding) => html`<code>${one.path || '/'}</code>` },
            { name: 'Rule', of: (one: Finding) => html`<code>${one.rule}</code>` },
          ]}
        />
      </article>`
    }
    ${
      recommendations.length > 0 &&
      html`<article>
        <h2>Recommendations</h2>
        <ul>
          ${recommendations.map((one) => html`<li>${one}</li>`)}
        </ul>
      </article>`
    }
    ${
      improvements.length > 0 &&
      html`<article>
        <h2>Improvements</h2>
        <ul class="feed">
          ${improvements.map(
            (one) =>
              html`<li>
                <${Badge} state=${one.priority} /> <strong>${one.title}</strong>${' '}
                <span class="faint">${one.effort} effort</span>
                <p>${one.description}</p>
              </li>`,
          )}
        </ul>
      </article>`
    }
    <details>
      <summary>The whole result</summary>
      <${Code} label="Result" text=${json(result)} />
    </details>`;
}
