import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import type { Use } from '../lib/services.ts';

const root = fileURLToPath(new URL('../lib/services.ts', import.meta.url));

/** What the composition root imports for each use. */
const partsOfUse: Readonly<Record<Use, readonly string[]>> = {
  // Before auth, which has the rest of that folder.
  live: ['./adapters/dynamo/live.ts'],
  sockets: ['./adapters/sockets/'],
  mysql: ['./adapters/mysql/'],
  mongo: ['./adapters/mongo/'],
  auth: ['./adapters/dynamo/', './auth/'],
  redis: ['./adapters/redis/'],
  // Before queues, which has the rest of that folder.
  deadLetters: ['./adapters/queue/dead-letters.ts'],
  queues: ['./adapters/queue/'],
  containers: ['./adapters/containers/'],
  upstream: ['./adapters/http/'],
  openai: ['./adapters/openai/'],
  secrets: ['./secrets/'],
  apiDescription: [],
  settings: [],
};

/** The name under which a bundle's entry imports the composition root with these uses and nothing else. */
export function rootFor(uses: readonly Use[]): string {
  return `composition-root:${uses.join(',') || 'nothing'}`;
}

/** Loads the composition root once per set of uses, and leaves out of it what the set does not name. */
export const compositionRoot: Plugin = {
  name: 'composition-root',
  setup(build) {
    build.onResolve({ filter: /^composition-root:/ }, ({ path }) => ({
      namespace: 'composition-root',
      path: path.slice('composition-root:'.length),
    }));
    build.onLoad({ filter: /.*/, namespace: 'composition-root' }, async () => ({
      contents: await readFile(root, 'utf8'),
      loader: 'ts',
      resolveDir: dirname(root),
    }));
    build.onResolve({ filter: /.*/, namespace: 'composition-root' }, ({ kind, path, importer }) => {
      if (kind !== 'dynamic-import') return undefined;
      const use = useOf(path);
      if (use === undefined) return { errors: [{ text: `lib/services.ts: no use brings ${path}` }] };
      return importer.split(',').includes(use) ? undefined : { namespace: 'left-out', path };
    });
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path}: the function does not declare this in uses`)});`,
    }));
  },
};

function useOf(path: string): string | undefined {
  return Object.entries(partsOfUse).find(([, parts]) => parts.some((part) => path.startsWith(part)))?.[0];
}
