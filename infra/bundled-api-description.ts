import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ApiDescription } from '../lib/kernel/http/api-description.ts';

/** Where the files of the documentation page lie, beside the bundle of each function that uses the catalogue. */
export const docsFolder = 'docs';

export interface BuiltApiDescription {
  readonly openapi: Readonly<Record<string, unknown>>;
  readonly routes: readonly { readonly method: string; readonly path: string }[];
}

/** The catalogue as it was when the bundle was made. `load` reads it on first use. */
export function bundledApiDescription(load: () => Promise<BuiltApiDescription>, folder: string): ApiDescription {
  return {
    openapi: async () => (await load()).openapi,
    routes: async () => (await load()).routes,
    async docsAsset(name) {
      try {
        return await readFile(join(folder, docsFolder, basename(name)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}
