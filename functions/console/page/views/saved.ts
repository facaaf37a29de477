import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { forgetCall, type SavedCall, savedCalls } from '../saved-calls.ts';
import { Time } from '../ui.ts';

export function SavedCalls({ slug, onReplay }: { slug: string; onReplay: (saved: SavedCall) => void }): VNode | null {
  const [calls, setCalls] = useState(savedCalls());
  const mine = calls.filter((saved) => saved.slug === slug);
  if (mine.length === 0) return null;
  const forget = (saved: SavedCall): void => {
    forgetCall(saved);
    setCalls(savedCalls());
  };
  return html`<article>
    <h2>Saved calls</h2>
    <ul class="feed">
      ${mine.map(
        (saved) =>
          html`<li class="row">
            <span class="grow"
              ><strong>${saved.name}</strong> <span class="faint">${saved.tool}, saved <${Time} at=${saved.at} /></span
            ></span>
            <button
              type="button"
              class="secondary small"
              aria-label=${`Load ${saved.name}`}
              onClick=${() => onReplay(saved)}
            >
              Load
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
