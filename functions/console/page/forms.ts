import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { useAction } from './load.ts';
import { ErrorNote } from './ui.ts';

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
