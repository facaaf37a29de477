import type * as z from 'zod';
import type { Use } from '../lib/kernel/lambda/uses.ts';
import { baseVariables } from '../lib/kernel/settings/settings.ts';
import { discoverUses } from './discover-uses.ts';

/** The variables that the stacks know, by name; undefined for those that stay unset on AWS, or come with the database's secret. */
export type KnownVariables = Readonly<Record<string, string | undefined>>;

const uses = await discoverUses();

/** The group whose one variable, MYSQL_URL, comes from RDS. */
const databaseSecret = 'mysql';

/** The variables that are secrets, with the secret that holds each: `meta({ secret })` in lib/uses. What is needed together lies together, and nothing else beside it. */
export const secretOfVariable: ReadonlyMap<string, string> = new Map(
  [...uses.values()].flatMap(({ variables }) =>
    Object.entries(variables).flatMap(([name, schema]) => {
      const secret = (schema as z.ZodType).meta()?.['secret'];
      return typeof secret === 'string' ? [[name, secret] as const] : [];
    }),
  ),
);

/** The JSON secrets of an installation, by name, with the variables that each holds. */
export const settingsSecrets: ReadonlyMap<string, readonly string[]> = new Map(
  [...new Set(secretOfVariable.values())]
    .filter((secret) => secret !== databaseSecret)
    .toSorted()
    .map((secret) => [secret, [...secretOfVariable].filter(([, each]) => each === secret).map(([name]) => name)]),
);

/** The variables of uses that are no secrets: the stacks know them, or they are given as settings. */
export const openVariables: readonly string[] = [
  ...new Set([...uses.values()].flatMap(({ variables }) => Object.keys(variables))),
].filter((name) => !secretOfVariable.has(name));

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

/** The secrets that a set of uses reads. MySQL's is RDS's own. */
export function secretsOf(wanted: readonly Use[]): string[] {
  const names = variablesOf(wanted).flatMap((name) => secretOfVariable.get(name) ?? []);
  return [...new Set(names)].filter((name) => name !== databaseSecret).toSorted();
}
