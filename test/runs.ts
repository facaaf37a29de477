/*
 * How much is tried. `npm test` tries a part of what can be tried, another part each time; `npm run exhaustive` tries ten times as much, and of what can be counted
 * all. What fails says for what, so that a part that failed can be tried again.
 */

export const times = Number(process.env['TEST_TIMES'] ?? 1);

/** How often a property is tried. */
export const runs = (count: number): number => count * times;

/** A part of the items, chosen at random: 0.1 is a tenth. At least one. */
export function someOf<T>(items: readonly T[], part: number): T[] {
  const chosen = Math.min(items.length, Math.max(1, Math.round(items.length * part * times)));
  const left = [...items];
  return Array.from({ length: chosen }, () => left.splice(Math.floor(Math.random() * left.length), 1)).flat();
}
