import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { Use, UseDefinition } from '../lib/kernel/lambda/uses.ts';

const folder = new URL('../lib/uses/', import.meta.url);

/** The file of a use in lib/uses and infra/grants: its name in kebab case. */
export function fileOfUse(use: Use): string {
  return `${use.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
}

/** The use that a file is named after. */
export function useOfFile(file: string): Use {
  return basename(file, '.ts').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()) as Use;
}

/** Imports the definition of a use. Importing it opens nothing. */
export async function loadUse(use: Use): Promise<UseDefinition> {
  const { use: definition } = (await import(new URL(fileOfUse(use), folder).href)) as { use: UseDefinition };
  return definition;
}

/** Every use that there is, by name. */
export async function discoverUses(): Promise<ReadonlyMap<Use, UseDefinition>> {
  const uses = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map(useOfFile);
  return new Map(await Promise.all(uses.map(async (use) => [use, await loadUse(use)] as const)));
}
