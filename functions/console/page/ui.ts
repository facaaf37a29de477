import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ago, moment } from './format.ts';
import type { Loading } from './load.ts';
import { ApiProblem } from './session.ts';

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

/** Text as it is; it can be scrolled by keys. */
export function Code({ label, text }: { label: string; text: string }): VNode {
  return html`<pre tabindex=${0} role="group" aria-label=${label}>${text}</pre>`;
}
