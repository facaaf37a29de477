import type { Use } from '../lib/kernel/lambda/uses.ts';
import { baseVariables } from '../lib/kernel/settings/settings.ts';
import { discoverUses } from './discover-uses.ts';

/** The variables that the stacks know, by name; undefined for those that stay unset on AWS, or come with the database's secret. */
export type KnownVariables = Readonly<Record<string, string | undefined>>;

const uses = await discoverUses();

/** All variables that a set of uses reads. */
export function variablesOf(wanted: readonly Use[]): string[] {
  const own = wanted.flatMap((use) => Object.keys(uses.get(use)?.variables ?? {}));
  return [...new Set([...Object.keys(baseVariables), ...own])];
}

/** What goes into a function's environment as it is. */
export function environmentOf(wanted: readonly Use[], known: KnownVariables): Record<string, string> {
  return Object.fromEntries(
    variablesOf(wanted).flatMap((name) => {
      const value = known[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Whether a set of uses reads variables that only the JSON secret has. The base variables are the stacks' affair alone. */
export function readsSecret(wanted: readonly Use[], known: KnownVariables): boolean {
  return variablesOf(wanted).some((name) => !(name in known) && !(name in baseVariables));
}
