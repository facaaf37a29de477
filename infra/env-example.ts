import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { settingsGroups } from '../lib/kernel/settings.ts';

/* `npm run env-example` writes .env.example from the schema of the settings. */

export const envExampleFile = fileURLToPath(new URL('../.env.example', import.meta.url));

const heading = [
  '# Every variable that the platform reads, made from lib/kernel/settings.ts by `npm run env-example`.',
  '# `npm run dev` needs none of them: it starts what is missing. Copy to .env and set what shall be yours.',
];

/** The text of .env.example: each variable with what it is for, and its default or nothing. */
export function envExample(): string {
  const sections = Object.entries(settingsGroups).map(([group, schema]) => {
    const variables = Object.entries(schema.shape).map(([name, variable]) => {
      const described = variable as z.ZodType;
      return [`# ${described.description ?? ''}`, `${name}=${defaultOf(described)}`].join('\n');
    });
    return [`# --- ${group} ---`, ...variables].join('\n');
  });
  return [heading.join('\n'), ...sections, ''].join('\n\n').replace(/\n+$/, '\n');
}

function defaultOf(schema: z.ZodType): string {
  const value: unknown = schema.safeParse(undefined).data;
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

if (import.meta.main) writeFileSync(envExampleFile, envExample());
