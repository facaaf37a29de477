import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { count } from './format.ts';

export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Its colour, as a class of the style sheet. */
  readonly tone: 'accent' | 'bad';
}

const width = 600;

/**
 * Lines over equal steps of time. What it draws stands in `summary` too, for those who do not see it.
 * A charting library is a third of what the console may weigh, and these lines are all that it would draw.
 */
export function Chart({
  steps,
  series,
  summary,
  height = 160,
  plain = false,
}: {
  /** What each step is called. */
  steps: readonly string[];
  series: readonly Series[];
  summary: string;
  height?: number;
  plain?: boolean;
}): VNode {
  const highest = Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const x = (index: number): number => (index / Math.max(1, steps.length - 1)) * width;
  const y = (value: number | null): number => height - 2 - ((value ?? 0) / highest) * (height - 8);
  return html`<figure class=${plain ? 'chart plain' : 'chart'}>
    ${!plain && html`<p class="legend">${series.map(({ name, tone }) => html`<span class=${tone}>${name}</span>`)}<span class="grow"></span><span>at most ${count(highest)}</span></p>`}
    <svg viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label=${summary}>
      ${!plain && [0.25, 0.5, 0.75, 1].map((share) => html`<line class="grid" x1="0" x2=${width} y1=${y(highest * share)} y2=${y(highest * share)} />`)}
      ${series.map(({ values, tone }) => html`<polyline class=${tone} points=${values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ')} />`)}
      ${
        !plain &&
        steps.map(
          (step, index) =>
            html`<rect x=${x(index - 0.5)} width=${x(1)} y="0" height=${height}>
              <title>
                ${`${step}: ${series.map(({ name, values }) => `${count(values[index] ?? 0)} ${name.toLowerCase()}`).join(', ')}`}
              </title>
            </rect>`,
        )
      }
    </svg>
    ${!plain && html`<p class="legend"><span>${steps[0]}</span><span class="grow"></span><span>${steps.at(-1)}</span></p>`}
  </figure>`;
}
