import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { json, ms } from '../format.ts';
import { type SavedCall, saveCall } from '../saved-calls.ts';
import { SchemaForm, type Values } from '../schema-form.ts';
import { ApiProblem, call } from '../session.ts';
import type { ServedTool } from '../types.ts';
import { useAction } from '../load.ts';
import { Code, CopyBlock, ErrorNote } from '../ui.ts';

interface Answered {
  readonly body: unknown;
  readonly tookMs: number;
}

/** The form of one tool, its request, and what it answered. */
export function CallTool({
  slug,
  revision,
  tool,
  replayed,
  onSave,
}: {
  slug: string;
  revision: number | undefined;
  tool: ServedTool;
  replayed: SavedCall | undefined;
  onSave: () => void;
}): VNode {
  const [values, setValues] = useState<Values>(replayed?.values ?? defaults(tool));
  const [answered, setAnswered] = useState<Answered>();
  const action = useAction();
  const path = `/mcp/${slug}/v1/tools/${encodeURIComponent(tool.name)}`;
  const submit = (event: Event): void => {
    event.preventDefault();
    setAnswered(undefined);
    void action.run(async () => {
      const startedAt = performance.now();
      const body = await call<unknown>('POST', path, { json: values });
      setAnswered({ body, tookMs: performance.now() - startedAt });
    });
  };
  const errors =
    action.error instanceof ApiProblem
      ? Object.fromEntries(action.error.errors.map(({ pointer, msg }) => [pointer, msg]))
      : {};
  return html`<article>
    <h2><code>${tool.name}</code></h2>
    ${tool.description && html`<p class="pre">${tool.description}</p>`}
    <form onSubmit=${submit}>
      <${SchemaForm} schema=${tool.inputSchema} values=${values} errors=${errors} onChange=${setValues} />
      <button type="submit" disabled=${action.busy} aria-busy=${action.busy ? 'true' : 'false'}>Call</button>
    </form>
    <${ErrorNote} error=${action.error} />
    <div role="status">
      ${answered && html`<${Answer} slug=${slug} revision=${revision} tool=${tool.name} values=${values} answered=${answered} replayed=${replayed} onSave=${onSave} />`}
    </div>
    <details>
      <summary>Request</summary>
      <${CopyBlock} label="The same call with curl" text=${curl(path, values)} />
      <${Code} label="Input schema" text=${json(tool.inputSchema)} />
    </details>
  </article>`;
}

function Answer({
  slug,
  revision,
  tool,
  values,
  answered: { body, tookMs },
  replayed,
  onSave,
}: {
  slug: string;
  revision: number | undefined;
  tool: string;
  values: Values;
  answered: Answered;
  replayed: SavedCall | undefined;
  onSave: () => void;
}): VNode {
  const [name, setName] = useState(replayed?.name ?? tool);
  const text = json(body);
  const save = (event: Event): void => {
    event.preventDefault();
    saveCall({ name, slug, revision, tool, values, answer: text, at: new Date().toISOString() });
    onSave();
  };
  return html`<h3>Answer <span class="faint">in ${ms(tookMs)}</span></h3>
    ${replayed && html`<p class=${replayed.answer === text ? 'note good' : 'note bad'}>${comparison(replayed, text, revision)}</p>`}
    ${replayed && replayed.answer !== text && html`<${Code} label="The saved answer" text=${replayed.answer} />`}
    <${CopyBlock} label="Answer" text=${plainText(body) ?? text} />
    <form class="inline" onSubmit=${save}>
      <label class="field"
        ><span>Save this call as</span
        ><input
          required
          value=${name}
          onInput=${(event: InputEvent) => setName((event.currentTarget as HTMLInputElement).value)}
      /></label>
      <button type="submit" class="secondary">Save</button>
    </form>`;
}

/** `Revision 5 answers the same as revision 3 did when it was saved.` */
function comparison(saved: SavedCall, text: string, revision: number | undefined): string {
  const before =
    saved.revision !== undefined && saved.revision !== revision ? `revision ${saved.revision} did` : 'it did';
  const now = before === 'it did' || revision === undefined ? 'It' : `Revision ${revision}`;
  return saved.answer === text
    ? `${now} answers the same as ${before} when this was saved.`
    : `${now} does not answer what ${before} when this was saved:`;
}

function defaults({ inputSchema }: ServedTool): Values {
  return Object.fromEntries(
    Object.entries(inputSchema.properties ?? {}).flatMap(([name, member]) =>
      member.default === undefined ? [] : [[name, member.default]],
    ),
  );
}

/** The words of an answer that is text alone. */
function plainText(body: unknown): string | undefined {
  const content = (body as { content?: readonly { type: string; text?: string }[] } | null)?.content;
  if (!Array.isArray(content) || content.some(({ type }) => type !== 'text')) return undefined;
  return content.map(({ text = '' }) => text).join('\n');
}

function curl(path: string, values: Values): string {
  const quoted = JSON.stringify(values).replaceAll("'", String.raw`'\''`);
  return `curl -s '${location.origin}${path}' \\\n  -H 'X-API-Key: YOUR_API_KEY' \\\n  -H 'Content-Type: application/json' \\\n  -d '${quoted}'`;
}
