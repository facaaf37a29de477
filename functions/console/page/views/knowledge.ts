import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { bytes, ms, plural } from '../format.ts';
import { useLive } from '../live.ts';
import { go, to } from '../router.ts';
import { call, can } from '../session.ts';
import type { DocumentSummary, Page, SearchAnswer } from '../types.ts';
import { ConfirmButton, Field, Form } from '../forms.ts';
import { useAction, useLoad } from '../load.ts';
import { Pager, Table } from '../tables.ts';
import { Badge, Empty, ErrorNote, Head, Loaded, Time } from '../ui.ts';

export function Knowledge({ query }: { query: URLSearchParams }): VNode {
  const page = query.get('page') ?? '1';
  const loaded = useLoad(
    () => call<Page<DocumentSummary>>('GET', '/api/v1/knowledge/documents', { query: { page } }),
    [page],
  );
  useLive((update) => {
    if (update.type === 'task_update') loaded.reload();
  }, loaded.reload);
  const { busy, error, run } = useAction();
  const remove = (document: DocumentSummary): void =>
    void run(async () => {
      await call('DELETE', `/api/v1/knowledge/documents/${document.document_id}`);
      loaded.reload();
    });
  return html`<${Head} title="Knowledge" />
    <${Search} />
    ${can('knowledge:create') && html`<${Upload} onDone=${loaded.reload} />`}
    <article>
      <h2>Documents</h2>
      <${ErrorNote} error=${error} />
      <${Loaded} from=${loaded}>
        ${(found: Page<DocumentSummary>) =>
          html`<${Table}
              caption="Documents"
              rows=${found.items}
              empty="There are no documents yet."
              columns=${[
                {
                  name: 'Title',
                  of: (one: DocumentSummary) =>
                    html`${one.title}${one.error ? html`<br /><small class="wrong">${one.error}</small>` : ''}`,
                },
                { name: 'Type', of: (one: DocumentSummary) => `${one.media_type.split('/')[1]}, ${one.language}` },
                { name: 'Size', right: true, of: (one: DocumentSummary) => bytes(one.bytes) },
                { name: 'Passages', right: true, of: (one: DocumentSummary) => one.passages },
                { name: 'Index', of: (one: DocumentSummary) => html`<${Badge} state=${one.index_status} />` },
                { name: 'Added', of: (one: DocumentSummary) => html`<${Time} at=${one.created_at} />` },
                {
                  name: 'Actions',
                  of: (one: DocumentSummary) =>
                    can('knowledge:delete') &&
                    html`<${ConfirmButton}
                      label="Delete"
                      disabled=${busy}
                      question=${`Delete “${one.title}”? It is gone from search at once.`}
                      onConfirm=${() => remove(one)}
                    />`,
                },
              ]}
            />
            <${Pager} page=${found} onPage=${(next: number) => go(to('knowledge', { page: next }))} />`}
      <//>
    </article>`;
}

function Upload({ onDone }: { onDone: () => void }): VNode {
  const [title, setTitle] = useState<string>();
  const upload = async (fields: Readonly<Record<string, string>>, form: HTMLFormElement): Promise<void> => {
    const file = new FormData(form).get('file');
    const metadata = { ...(fields['tags'] && { tags: fields['tags'].split(',').map((tag) => tag.trim()) }) };
    const hasFile = file instanceof File && file.size > 0;
    if (hasFile) {
      const body = new FormData();
      body.set('title', fields['title'] || file.name);
      body.set('file', file);
      body.set('metadata', JSON.stringify(metadata));
      await call('POST', '/api/v1/knowledge/documents', { body });
    } else {
      await call('POST', '/api/v1/knowledge/documents', {
        json: { title: fields['title'], content: fields['content'], metadata },
      });
    }
    setTitle(fields['title'] || (hasFile ? file.name : ''));
    form.reset();
    onDone();
  };
  return html`<details class="card">
    <summary>Add a document</summary>
    <${Form} submit="Add" onSubmit=${upload}>
      <${Field} label="Title"><input name="title" maxlength="500" /><//>
      <${Field} label="File" hint="Markdown, HTML, PDF or plain text, at most 4 MB."
        ><input name="file" type="file" accept=".md,.markdown,.html,.htm,.pdf,.txt"
      /><//>
      <${Field} label="Or text"><textarea name="content" rows="5"></textarea><//>
      <${Field} label="Tags" hint="Separated by commas."><input name="tags" /><//>
    <//>
    <p role="status">${title !== undefined && `“${title}” was added. It can be found in a moment.`}</p>
  </details>`;
}

function Search(): VNode {
  const [answer, setAnswer] = useState<SearchAnswer>();
  const search = async ({ query, tags, mode, explain }: Readonly<Record<string, string>>): Promise<void> => {
    setAnswer(
      await call<SearchAnswer>('POST', '/api/v1/knowledge/search', {
        json: {
          query,
          mode,
          explain: explain === 'on',
          ...(tags && { filters: { tags: tags.split(',').map((tag) => tag.trim()) } }),
        },
      }),
    );
  };
  return html`<article>
    <h2>Search</h2>
    <${Form} class="inline" submit="Search" onSubmit=${search}>
      <label class="field grow"><span>Question</span><input type="search" name="query" required /></label>
      <label class="field"><span>Tags</span><input name="tags" placeholder="any" /></label>
      <label class="field"
        ><span>By</span
        ><select name="mode">
          <option value="hybrid">words and meaning</option>
          <option value="lexical">words</option>
          <option value="semantic">meaning</option>
        </select></label
      >
      <label class="switch"><input type="checkbox" name="explain" /> Explain</label>
    <//>
    <div role="status">
      ${
        answer &&
        html`<p class="faint">
          ${plural(answer.total, 'passage')} in ${ms(answer.query_time_ms)},
          ${answer.mode}${
            answer.corrected
              ? `; read ${Object.entries(answer.corrected)
                  .map(([from, into]) => `“${from}” as “${into}”`)
                  .join(', ')}`
              : ''
          }
        </p>`
      }
      ${answer?.results.length === 0 && html`<${Empty}>Nothing was found.<//>`}
    </div>
    <ol class="results">
      ${answer?.results.map((result) => html`<${Hit} result=${result} />`)}
    </ol>
  </article>`;
}

function Hit({ result }: { result: SearchAnswer['results'][number] }): VNode {
  const { title, position, similarity_score: score, content_snippet: snippet, explanation } = result;
  return html`<li>
    <h3>
      ${title}${' '}
      <span class="faint"
        >${[position.heading, position.page && `page ${position.page}`].filter(Boolean).join(', ')}</span
      >
    </h3>
    <p>${marked(snippet)}</p>
    <meter min="0" max="1" value=${score} aria-label="Similarity"></meter>
    <span class="faint">${score.toFixed(2)}</span>
    ${
      explanation &&
      html`<details open>
        <summary>Why</summary>
        <p>
          By words
          ${explanation.lexical.toFixed(3)}${explanation.semantic === null ? '' : `, by meaning ${explanation.semantic.toFixed(3)}`}
        </p>
        <${Table}
          caption="Words"
          empty=""
          rows=${explanation.words}
          columns=${[
            { name: 'Word', of: (one: { word: string }) => html`<code>${one.word}</code>` },
            { name: 'Rarity', right: true, of: (one: { idf: number }) => one.idf.toFixed(2) },
            { name: 'Weight', right: true, of: (one: { weight: number }) => one.weight.toFixed(2) },
            { name: 'Here', of: (one: { occurs: boolean }) => (one.occurs ? 'occurs' : '–') },
            { name: 'From', of: (one: { added: boolean }) => (one.added ? 'the best passages' : 'the question') },
          ]}
        />
      </details>`
    }
  </li>`;
}

/** Matches stand between two asterisks. */
function marked(snippet: string): readonly (string | VNode)[] {
  return snippet.split('**').map((part, index) => (index % 2 === 1 ? html`<mark>${part}</mark>` : part));
}
