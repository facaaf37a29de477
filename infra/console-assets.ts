import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../functions/console/page/', import.meta.url));

/** The files that the console's page loads. */
export const consoleAssets: readonly string[] = ['console.js', 'console.css', 'icon.svg'];

let bundled: Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> | undefined;

/** A file of the console; undefined when there is none of that name. Script and styles are bundled once per process, on first use. */
export async function readConsoleAsset(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!consoleAssets.includes(name)) return undefined;
  if (name === 'icon.svg') return new Uint8Array(await readFile(`${page}icon.svg`));
  bundled ??= bundleConsole();
  // What could not be bundled is tried again by the next request.
  bundled.catch(() => (bundled = undefined));
  return (await bundled).get(name);
}

/** @throws esbuild's BuildFailure. */
async function bundleConsole(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  // Loaded when it is needed: `npm run dev` starts without it.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [{ in: `${page}main.ts`, out: 'console' }],
    outdir: page,
    bundle: true,
    platform: 'browser',
    // CSS nesting and what else browsers have had since 2023.
    target: ['chrome123', 'firefox121', 'safari17.5'],
    format: 'esm',
    minify: true,
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  });
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(page.length), new Uint8Array(contents)]));
}
