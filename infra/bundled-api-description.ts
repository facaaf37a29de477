import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ApiDescription } from '../lib/kernel/http/api-description.ts';

/** Where the files of the documentation pages and of the console lie, beside the bundle of each function that uses the API description. */
export const docsFolder = 'docs';
export const consoleFolder = 'console';

export interface BuiltApiDescription {
  readonly openapi: Readonly<Record<string, unknown>>;
  readonly routes: readonly { readonly method: string; readonly path: string }[];
}

/** The API description as it was when the bundle was made. `load` reads it on first use. */
export function bundledApiDescription(load: () => Promise<BuiltApiDescription>, folder: string): ApiDescription {
  return {
    openapi: async () => (await load()).openapi,
    routes: async () => (await load()).routes,
    docsAsset: (name) => readIfThere(join(folder, docsFolder, basename(name))),
    consoleAsset: (name) => readIfThere(join(folder, consoleFolder, basename(name))),
  };
}

async function readIfThere(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
