import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as z from 'zod';
import { rulePages } from '../lib/analysis/describe-rules.ts';
import { allows, permissions, permissionsOf, roles } from '../lib/kernel/http/caller.ts';
import { baseVariables, type Variables } from '../lib/kernel/settings/settings.ts';
import { writeCliTypes } from './cli-types.ts';
import { discoverUses } from './discover-uses.ts';
import { installed, capacityTable, streamTable } from './operate/capacity.ts';
import { loadOf } from './operate/capacity-model.ts';
import { runProgram } from './program.ts';

const program = {
  name: 'generate',
  about: 'Writes .env.example, the types of mcpp, and the tables of the documents that follow from code.',
} as const;

const project = fileURLToPath(new URL('..', import.meta.url));
const uses = [...(await discoverUses())].map(([use, { variables }]): [string, Variables] => [use, variables]);

const usual = await installed({ production: false, firewall: true, concurrency: 1000, vcpus: 100 });

interface Variable {
  readonly name: string;
  readonly description: string;
  /** As it would be written; empty where there is none. */
  readonly preset: string;
}

/** A text between the marks `<!-- NAME -->` and `<!-- /NAME -->` of a document. */
interface GeneratedText {
  /** Path from the project's root. */
  readonly file: string;
  readonly mark: string;
  readonly text: () => string;
}

export const generatedTexts: readonly GeneratedText[] = [
  { file: 'infra/README.md', mark: 'settings', text: settingsTable },
  { file: 'infra/README.md', mark: 'capacity', text: () => capacityTable(loadOf(20), usual) },
  { file: 'infra/README.md', mark: 'streams', text: () => streamTable(usual) },
  { file: 'functions/README.md', mark: 'permissions', text: permissionsTable },
  { file: 'lib/analysis/README.md', mark: 'rules', text: rulePages },
];

/** A document with today's text between the marks. @throws Error when the document has no such marks. */
export function withGenerated(document: string, { file, mark, text }: GeneratedText): string {
  const [open, close] = [`<!-- ${mark} -->\n`, `<!-- /${mark} -->`];
  const start = document.indexOf(open);
  const end = document.indexOf(close);
  if (start < 0 || end < start) throw new Error(`${file} has no marks "${mark}" to write between.`);
  return `${document.slice(0, start)}${open}${text()}\n${document.slice(end)}`;
}

/** The text of .env.example: each variable with what it is for, and its default or nothing. */
export function envExample(): string {
  const heading = [
    '# Every variable that the platform reads, made from lib/kernel/settings and lib/uses by `npm run generate`.',
    '# `npm run dev` needs none of them: it starts what is missing. Copy to .env and set what shall be yours.',
  ];
  const sections = groups().map(([group, variables]) => {
    const lines = variables.map(({ name, description, preset }) => `# ${description}\n${name}=${preset}`);
    return [`# --- ${group} ---`, ...lines].join('\n');
  });
  return `${[heading.join('\n'), ...sections].join('\n\n')}\n`;
}

function settingsTable(): string {
  const rows = groups().flatMap(([group, variables]) =>
    variables.map(({ name, description, preset }) => [
      `\`${name}\``,
      description,
      preset === '' ? '' : `\`${preset}\``,
      group,
    ]),
  );
  return table(['variable', 'what it is for', 'default', 'read by'], rows);
}

function permissionsTable(): string {
  return table(
    ['permission', ...roles],
    permissions.map((permission) => [
      `\`${permission}\``,
      ...roles.map((role) => (allows({ permissions: permissionsOf(role) }, permission) ? 'yes' : '')),
    ]),
  );
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** The base variables and those of each use; what several uses read stands with the first. */
function groups(): [group: string, variables: Variable[]][] {
  const all: [string, Variables][] = [['base', baseVariables], ...uses];
  return all
    .map(([group, variables]): [string, Variable[]] => [
      group,
      Object.entries(variables)
        .filter(([name]) => all.find(([, other]) => name in other)?.[0] === group)
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
if (process.argv[1] === fileURLToPath(import.meta.url))
  await runProgram(program, async () => {
    await writeCliTypes();
    writeFileSync(join(project, '.env.example'), envExample());
    for (const generated of generatedTexts) {
      const file = join(project, generated.file);
      writeFileSync(file, withGenerated(readFileSync(file, 'utf8'), generated));
    }
  });
