import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as z from 'zod';
import { baseVariables, type Variables } from '../lib/kernel/settings/settings.ts';
import { discoverUses } from './discover-uses.ts';

/* `npm run settings` writes .env.example and the README's table of variables from the schema of the settings. */

export const envExampleFile = fileURLToPath(new URL('../.env.example', import.meta.url));
export const readmeFile = fileURLToPath(new URL('../README.md', import.meta.url));

const heading = [
  '# Every variable that the platform reads, made from lib/kernel/settings and lib/uses by `npm run settings`.',
  '# `npm run dev` needs none of them: it starts what is missing. Copy to .env and set what shall be yours.',
];

const uses = [...(await discoverUses())].map(([use, { variables }]): [string, Variables] => [use, variables]);

interface Variable {
  readonly name: string;
  readonly description: string;
  /** As it would be written; empty where there is none. */
  readonly preset: string;
}

/** The text of .env.example: each variable with what it is for, and its default or nothing. */
export function envExample(): string {
  const sections = groups().map(([group, variables]) => {
    const lines = variables.map(({ name, description, preset }) => `# ${description}\n${name}=${preset}`);
    return [`# --- ${group} ---`, ...lines].join('\n');
  });
  return `${[heading.join('\n'), ...sections].join('\n\n')}\n`;
}

/** A README with today's table between its two `settings` marks. @throws Error when there are none. */
export function withSettingsTable(readme: string): string {
  const rows = groups().flatMap(([group, variables]) =>
    variables.map(
      ({ name, description, preset }) =>
        `| \`${name}\` | ${description} | ${preset === '' ? '' : `\`${preset}\``} | ${group} |`,
    ),
  );
  const table = ['| variable | what it is for | default | needed by |', '|---|---|---|---|', ...rows].join('\n');
  const marked = /(<!-- settings -->\n)[\s\S]*?(<!-- \/settings -->)/;
  if (!marked.test(readme)) throw new Error('There are no `settings` marks to write the table between.');
  return readme.replace(marked, (_, open: string, close: string) => `${open}${table}\n${close}`);
}

function groups(): [group: string, variables: Variable[]][] {
  const groups: [string, Variables][] = [['base', baseVariables], ...uses];
  return groups
    .map(([group, variables]): [string, Variable[]] => [
      group,
      Object.entries(variables)
        // What several uses read is described once.
        .filter(([name]) => groups.find(([, other]) => name in other)?.[0] === group)
        .map(([name, variable]) => {
          const described = variable as z.ZodType;
          return { name, description: described.description ?? '', preset: presetOf(described) };
        }),
    ])
    .filter(([, variables]) => variables.length > 0);
}

function presetOf(schema: z.ZodType): string {
  const value: unknown = schema.safeParse(undefined).data;
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

// The launcher imports this file, so it is not Node's main module.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(envExampleFile, envExample());
  writeFileSync(readmeFile, withSettingsTable(readFileSync(readmeFile, 'utf8')));
}
