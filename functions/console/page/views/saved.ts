import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { forgetCall, type SavedCall, savedCallsOf } from '../saved-calls.ts';
import { Time } from '../ui.ts';

export function SavedCalls({ slug, onReplay }: { slug: string; onReplay: (saved: SavedCall) => void }): VNode | null {
  const [calls, setCalls] = useState(savedCallsOf(slug));
  if (calls.length === 0) return null;
  const forget = (saved: SavedCall): void => {
    forgetCall(saved);
    setCalls(savedCallsOf(slug));
  };
  return html`<article>
    <h2>Saved calls</h2>
    <p class="faint">
      Deploy another revision, or choose the preview of a pull request above, and replay them: the answers are compared.
    </p>
    <ul class="feed">
      ${calls.map(
        (saved) =>
          html`<li class="row">
            <span class="grow"
              ><strong>${saved.name}</strong>${' '}
              <span class="faint">${describe(saved, slug)}, saved <${Time} at=${saved.at} /></span
            ></span>
            <button
              type="button"
              class="secondary small"
              aria-label=${`Replay ${saved.name}`}
              onClick=${() => onReplay(saved)}
            >
              Replay
            </button>
            <button
              type="button"
              class="secondary small"
              aria-label=${`Forget ${saved.name}`}
              onClick=${() => forget(saved)}
            >
              Forget
            </button>
          </li>`,
      )}
    </ul>
  </article>`;
}

function describe({ tool, revision, slug }: SavedCall, openSlug: string): string {
  const parts = [tool, slug !== openSlug && `of ${slug}`, revision !== undefined && `revision ${revision}`];
  return parts.filter((part) => part !== false).join(', ');
}
