import { settingsGroups } from '../lib/kernel/settings/settings.ts';
import { settingsOfUse, type Use } from '../lib/services.ts';

/** The variables that the stacks know, by name; undefined for those that stay unset on AWS, or come with the database's secret. */
export type KnownVariables = Readonly<Record<string, string | undefined>>;

/** All variables that a set of uses reads. */
export function variablesOf(uses: readonly Use[]): string[] {
  const groups = new Set(['base' as const, ...uses.flatMap((use) => settingsOfUse[use])]);
  return [...groups].flatMap((group) => Object.keys(settingsGroups[group].shape));
}

/** What goes into a function's environment as it is. */
export function environmentOf(uses: readonly Use[], known: KnownVariables): Record<string, string> {
  return Object.fromEntries(
    variablesOf(uses).flatMap((name) => {
      const value = known[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Whether a set of uses reads variables that only the JSON secret has. The base variables are the stacks' affair alone. */
export function readsSecret(uses: readonly Use[], known: KnownVariables): boolean {
  const base = Object.keys(settingsGroups.base.shape);
  return variablesOf(uses).some((name) => !(name in known) && !base.includes(name));
}
