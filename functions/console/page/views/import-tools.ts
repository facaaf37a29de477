import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { plural } from '../format.ts';
import { to } from '../router.ts';
import { call } from '../session.ts';
import type { Tool } from '../types.ts';
import { useAction } from '../load.ts';
import { ErrorNote, Head } from '../ui.ts';

interface Imported {
  readonly tools: readonly Tool[];
  readonly secrets_moved: readonly { readonly path: string; readonly name: string }[];
  readonly warnings?: readonly { readonly pointer: string; readonly msg: string }[];
  readonly not_imported?: readonly { readonly pointer: string; readonly msg: string }[];
  readonly dry_run?: true;
}

const example = `{
  "mcpServers": {
    "everything": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-everything"]
    }
  }
}`;

export function ImportTools(): VNode {
  const [text, setText] = useState('');
  const [imported, setImported] = useState<Imported>();
  const action = useAction();
  const send = (dryRun: boolean): void =>
    void action.run(async () => {
      setImported(undefined);
      setImported(
        await call<Imported>('POST', '/api/v1/mcps/import', {
          query: { dry_run: dryRun || undefined },
          body: text,
          headers: { 'content-type': contentTypeOf(text) },
        }),
      );
    });
  const readFile = async (event: Event): Promise<void> => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0];
    if (file) setText(await file.text());
  };
  const submitted = (event: Event): void => {
    event.preventDefault();
    send(false);
  };
  return html`<${Head} title="Import tools" />
    <p>
      Paste a client's configuration as it is (Claude, Cursor, VS Code, Codex and others; JSON, YAML or TOML), or a
      <code>server.json</code> of the MCP registry. Each server becomes a draft.
    </p>
    <form onSubmit=${submitted}>
      <label class="field"
        ><span>Configuration</span>
        <textarea
          class="code"
          rows="14"
          required
          spellcheck=${false}
          placeholder=${example}
          value=${text}
          onInput=${(event: InputEvent) => setText((event.currentTarget as HTMLTextAreaElement).value)}
        ></textarea>
      </label>
      <label class="field"
        ><span>Or a file</span
        ><input
          type="file"
          accept=".json,.jsonc,.yaml,.yml,.toml,.txt"
          onChange=${(event: Event) => void readFile(event)}
      /></label>
      <div class="actions">
        <button type="submit" disabled=${action.busy || text === ''} aria-busy=${action.busy ? 'true' : 'false'}>
          Import
        </button>
        <button type="button" class="secondary" disabled=${action.busy || text === ''} onClick=${() => send(true)}>
          Check first
        </button>
      </div>
    </form>
    <${ErrorNote} error=${action.error} />
    <div role="status">${imported && html`<${Result} imported=${imported} />`}</div>`;
}

function contentTypeOf(text: string): string {
  if (/^\s*[[{/]/.test(text) && !/^\s*\[[\w."-]+\]\s*$/m.test(text)) return 'application/json';
  return /^\s*\[[\w."-]+\]\s*$/m.test(text) ? 'application/toml' : 'application/yaml';
}

function Result({ imported }: { imported: Imported }): VNode {
  const { tools, secrets_moved: moved, warnings = [], not_imported: left = [], dry_run: dryRun } = imported;
  return html`<article class="note good">
    <h2>
      ${dryRun ? `Importing would make ${plural(tools.length, 'draft')}` : `${plural(tools.length, 'draft')} imported`}
    </h2>
    <ul>
      ${tools.map((tool) => html`<li>${dryRun ? tool.slug : html`<a href=${to('tools', tool.slug)}>${tool.name}</a>`} <span class="faint">${tool.version}</span></li>`)}
    </ul>
    ${moved.length > 0 && html`<p>${plural(moved.length, 'secret')} ${moved.length === 1 ? 'is' : 'are'} kept encrypted and replaced by ${moved.map(({ name }) => html`<code>${`\${${name}}`}</code> `)}.</p>`}
    ${
      [...warnings, ...left].length > 0 &&
      html`<h3>To look at</h3>
        <ul>
          ${[...warnings, ...left].map(({ pointer, msg }) => html`<li><code>${pointer}</code> ${msg}</li>`)}
        </ul>`
    }
  </article>`;
}
