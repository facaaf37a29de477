import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ago, moment } from './format.ts';
import { ApiProblem } from './session.ts';
import type { Page } from './types.ts';

export interface Loading<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  readonly reload: () => void;
}

/** Loads when `deps` change, and on `reload`. An answer that was overtaken by a later one is dropped; what is on the screen stays until the next is there. */
export function useLoad<T>(load: () => Promise<T>, deps: readonly unknown[]): Loading<T> {
  const [state, setState] = useState<Omit<Loading<T>, 'reload'>>({ data: undefined, error: undefined, loading: true });
  const latest = useRef(0);
  const run = useCallback(() => {
    const mine = ++latest.current;
    setState((before) => ({ ...before, loading: true }));
    load().then(
      (data) => mine === latest.current && setState({ data, error: undefined, loading: false }),
      (error: unknown) => mine === latest.current && setState({ data: undefined, error, loading: false }),
    );
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the caller names what it depends on
  }, deps);
  useEffect(() => {
    run();
    return () => void (latest.current += 1);
  }, [run]);
  return { ...state, reload: run };
}

/** Runs something on a person's click: `busy` while it runs, `error` when it fails. */
export function useAction(): {
  readonly busy: boolean;
  readonly error: unknown;
  readonly run: (work: () => Promise<unknown>) => Promise<void>;
} {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const run = async (work: () => Promise<unknown>): Promise<void> => {
    setState({ busy: true, error: undefined });
    try {
      await work();
      setState({ busy: false, error: undefined });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return { ...state, run };
}

export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }): VNode | null {
  if (error === undefined) return null;
  const problem = error instanceof ApiProblem ? error : undefined;
  return html`<div class="note bad" role="alert">
    <p>${error instanceof Error ? error.message : 'Something went wrong.'}</p>
    ${
      problem &&
      problem.errors.length > 1 &&
      html`<ul>
        ${problem.errors.map(({ pointer, msg, line }) => html`<li><code>${pointer || '/'}</code> ${msg}${line ? ` (line ${line})` : ''}</li>`)}
      </ul>`
    }
    ${problem?.requestId !== undefined && problem.status >= 500 && html`<p class="faint">Request <code>${problem.requestId}</code></p>`}
    ${onRetry && html`<button type="button" class="secondary" onClick=${onRetry}>Try again</button>`}
  </div>`;
}

/** What was loaded, or why it is not there yet. */
export function Loaded<T>({ from, children }: { from: Loading<T>; children: (data: T) => ComponentChildren }): VNode {
  if (from.error !== undefined) return html`<${ErrorNote} error=${from.error} onRetry=${from.reload} />`;
  if (from.data === undefined) return html`<p class="loading" role="status">Loading …</p>`;
  return html`<div aria-busy=${from.loading ? 'true' : 'false'} class="loaded">${children(from.data)}</div>`;
}

export function Empty({ children }: { children?: ComponentChildren }): VNode {
  return html`<p class="empty">${children}</p>`;
}

export function Time({ at }: { at: string | null }): VNode {
  return at === null ? html`<span>–</span>` : html`<time datetime=${at} title=${moment(at)}>${ago(at)}</time>`;
}

const tones: Readonly<Record<string, string>> = {
  active: 'good',
  running: 'good',
  completed: 'good',
  healthy: 'good',
  connected: 'good',
  indexed: 'good',
  compatible: 'good',
  approved: 'good',
  open: 'good',
  failed: 'bad',
  unhealthy: 'bad',
  breaking: 'bad',
  changed: 'bad',
  new: 'bad',
  missing: 'bad',
  unauthorized: 'bad',
  critical: 'bad',
  high: 'bad',
  starting: 'busy',
  restarting: 'busy',
  stopping: 'busy',
  pending: 'busy',
  parsing: 'busy',
  degraded: 'busy',
  suspicious: 'busy',
  connecting: 'busy',
  waiting: 'busy',
  medium: 'busy',
};

/** A state in a word, with a dot whose colour repeats it. */
export function Badge({ state }: { state: string }): VNode {
  return html`<span class="badge ${tones[state] ?? ''}">${state}</span>`;
}

export function Head({ title, children }: { title: string; children?: ComponentChildren }): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · MCP Platform`;
  }, [title]);
  // Who listens to the page, or moves by keys, starts at the top of the new view.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return html`<div class="head">
    <h1 tabindex=${-1} ref=${heading}>${title}</h1>
    <div class="actions">${children}</div>
  </div>`;
}

export function Pager({ page, onPage }: { page: Page<unknown>; onPage: (page: number) => void }): VNode | null {
  if (page.pages <= 1) return null;
  return html`<nav class="pager" aria-label="Pages">
    <button type="button" class="secondary" disabled=${page.page <= 1} onClick=${() => onPage(page.page - 1)}>
      Previous
    </button>
    <span>Page ${page.page} of ${page.pages}</span>
    <button type="button" class="secondary" disabled=${page.page >= page.pages} onClick=${() => onPage(page.page + 1)}>
      Next
    </button>
  </nav>`;
}

/** Text to copy. */
export function CopyBlock({ label, text }: { label: string; text: string }): VNode {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return html`<figure class="copy">
    <figcaption>
      <span>${label}</span>
      <button
        type="button"
        class="secondary small"
        aria-label=${`${copied ? 'Copied' : 'Copy'}: ${label}`}
        onClick=${() => void copy()}
      >
        ${copied ? 'Copied' : 'Copy'}
      </button>
    </figcaption>
    <pre tabindex=${0} role="group" aria-label=${label}>${text}</pre>
  </figure>`;
}

/** Asks before something that cannot be undone. */
export function ConfirmButton({
  label,
  question,
  confirm = label,
  disabled,
  onConfirm,
}: {
  label: string;
  question: string;
  confirm?: string;
  disabled?: boolean;
  onConfirm: () => void;
}): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = (): void => dialog.current?.close();
  return html`<button
      type="button"
      class="secondary danger"
      disabled=${disabled}
      onClick=${() => dialog.current?.showModal()}
    >
      ${label}
    </button>
    <dialog ref=${dialog} aria-label=${label}>
      <article>
        <p>${question}</p>
        <div class="actions">
          <button type="button" class="secondary" onClick=${close}>Cancel</button>
          <button
            type="button"
            class="danger"
            onClick=${() => {
              close();
              onConfirm();
            }}
          >
            ${confirm}
          </button>
        </div>
      </article>
    </dialog>`;
}

export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  children?: ComponentChildren;
}): VNode {
  return html`<label class="field">
    <span>${label}</span>
    ${children} ${hint !== undefined && hint !== '' && html`<small>${hint}</small>`}
    ${error !== undefined && html`<small class="wrong" role="alert">${error}</small>`}
  </label>`;
}

/** A form that hands over its fields as text, and says what went wrong below them. */
export function Form({
  submit,
  onSubmit,
  children,
  class: className = '',
}: {
  submit: string;
  onSubmit: (fields: Readonly<Record<string, string>>, form: HTMLFormElement) => Promise<unknown>;
  children?: ComponentChildren;
  class?: string;
}): VNode {
  const action = useAction();
  const submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const entries = [...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    void action.run(() => onSubmit(Object.fromEntries(entries), form));
  };
  return html`<form class=${className} onSubmit=${submitted}>
    ${children}
    <button type="submit" aria-busy=${action.busy ? 'true' : 'false'} disabled=${action.busy}>${submit}</button>
    <${ErrorNote} error=${action.error} />
  </form>`;
}

export interface Column<T> {
  readonly name: string;
  readonly of: (row: T) => ComponentChildren;
  readonly right?: boolean;
}

/** A table that becomes a list of cards where the screen is narrow. */
export function Table<T>({
  caption,
  columns,
  rows,
  empty,
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  empty: ComponentChildren;
}): VNode {
  if (rows.length === 0) return html`<${Empty}>${empty}<//>`;
  return html`<table>
    <caption class="hidden">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(({ name, right }) => html`<th scope="col" class=${right ? 'right' : ''}>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${columns.map(({ name, of, right }) => html`<td data-label=${name} class=${right ? 'right' : ''}>${of(row)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Text as it is; it can be scrolled by keys. */
export function Code({ label, text }: { label: string; text: string }): VNode {
  return html`<pre tabindex=${0} role="group" aria-label=${label}>${text}</pre>`;
}
