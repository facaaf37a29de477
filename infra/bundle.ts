import { copyFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { slimming, unusedConstants } from './bundle-slimming.ts';
import { type BuiltApiDescription, consoleFolder, docsFolder } from './bundled-api-description.ts';
import { apiDescriptionOf } from './api-description.ts';
import { bundlePdfReader } from './bundle-pdf-reader.ts';
import { consoleAssets, readConsoleAsset } from './console-assets.ts';
import type { DiscoveredFunction } from './discover.ts';
import { docsAssets, readDocsAsset } from './docs-assets.ts';
import { fileOfUse } from './discover-uses.ts';
import { rdsCertificates, rdsCertificatesFile } from './rds-certificates.ts';
import { usesOf } from './uses.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

/** One function, ready for Lambda: `<folder>/index.js` exports `handler`. */
export interface Bundle {
  readonly id: string;
  readonly folder: string;
  /** Of what a cold start reads. */
  readonly bytes: number;
  /** What is in it: path from the project's root → bytes in the bundle. */
  readonly inputs: Readonly<Record<string, number>>;
}

/**
 * Bundles all functions in one run of esbuild, each into `<outDir>/<id>/`, as CommonJS: on Node 24 `require` of a builtin costs a tenth of its `import`.
 * What a function does not use is not in its bundle. `region` is where MySQL will be.
 * @throws esbuild's BuildFailure.
 */
export async function bundleFunctions(
  functions: readonly DiscoveredFunction[],
  outDir: string,
  version = '0.1.0',
  region = 'us-east-1',
): Promise<Bundle[]> {
  const out = resolve(outDir);
  const common = {
    absWorkingDir: project,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Else import('node:…') in a vendor's code stays, and costs ten times a require.
    supported: { 'dynamic-import': false },
    // Its `main` is UMD, whose requires cannot be seen from outside: they would stay, and lead nowhere.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  } as const;
  const { metafile } = await build({
    ...common,
    entryPoints: functions.map(({ id }) => ({ in: `entry:${id}`, out: `${id}/index` })),
    outdir: out,
    plugins: [entries(functions), builtApiDescription(functions, version), aside, slimming, unusedConstants],
  });
  // The project's own package.json would make them ES modules.
  await writeFile(join(out, 'package.json'), '{ "type": "commonjs" }\n');
  const readers = functions.filter(({ declaration }) => usesOf(declaration).includes('apiDescription'));
  await Promise.all(
    readers.flatMap(({ id }) => [
      copyAssets(docsAssets, readDocsAsset, join(out, id, docsFolder)),
      copyAssets(consoleAssets, readConsoleAsset, join(out, id, consoleFolder)),
    ]),
  );
  const pdfReaders = functions.filter(({ declaration }) => usesOf(declaration).includes('pdf'));
  await Promise.all(pdfReaders.map(({ id }) => bundlePdfReader(join(out, id))));
  const certificates = rdsCertificates(region);
  const onMysql = functions.filter(({ declaration }) => usesOf(declaration).includes('mysql'));
  await Promise.all(onMysql.map(({ id }) => writeFile(join(out, id, rdsCertificatesFile), certificates)));
  const outputs = new Map(
    Object.entries(metafile.outputs).map(([file, output]) => [resolve(project, file), output] as const),
  );
  const reachesAside = ({ imports }: { readonly imports: readonly { readonly path: string }[] }): boolean =>
    imports.some(({ path }) => path === `./${asideFile}`);
  const apart = Object.values(metafile.outputs).some(reachesAside)
    ? await build({ ...common, entryPoints: [asideSource], outfile: join(out, asideFile) })
    : undefined;
  return functions.map(({ id }) => {
    const folder = join(out, id);
    const output = outputs.get(join(folder, 'index.js'));
    if (!output) throw new Error(`${id}: esbuild wrote no bundle`);
    const [separate] = apart && reachesAside(output) ? Object.values(apart.metafile.outputs) : [];
    if (separate) copyFileSync(join(out, asideFile), join(folder, asideFile));
    const inputs = Object.entries({ ...output.inputs, ...separate?.inputs }).map(
      ([path, { bytesInOutput }]) => [path, bytesInOutput] as const,
    );
    return { id, folder, bytes: output.bytes, inputs: Object.fromEntries(inputs) };
  });
}

const asideSource = 'lib/adapters/dynamo/sdk.ts';
const asideFile = 'dynamo-sdk.js';

/** Keeps AWS's client for DynamoDB, which most requests do without, out of the file that every cold start reads and parses: 490 KB of 1,300. */
const aside: Plugin = {
  name: 'aside',
  setup(build) {
    build.onResolve({ filter: /\/sdk\.ts$/ }, ({ path, resolveDir }) =>
      relative(project, join(resolveDir, path)) === asideSource
        ? { path: `./${asideFile}`, external: true }
        : undefined,
    );
  },
};

/** A function's entry: its file, on a host that has what it uses. */
function entries(functions: readonly DiscoveredFunction[]): Plugin {
  return {
    name: 'entries',
    setup(build) {
      build.onResolve({ filter: /^entry:/ }, ({ path }) => ({ namespace: 'entry', path: path.slice('entry:'.length) }));
      build.onLoad({ filter: /.*/, namespace: 'entry' }, ({ path }) => {
        const found = functions.find(({ id }) => id === path);
        return found && { contents: entryText(found), loader: 'ts', resolveDir: project };
      });
    },
  };
}

function entryText({ file, declaration }: DiscoveredFunction): string {
  const uses = usesOf(declaration);
  const apiDescription = uses.includes('apiDescription')
    ? `bundledApiDescription(() => import('built-api-description'), __dirname)`
    : 'undefined';
  const imports = uses.map((use) => `import { use as ${use} } from './lib/uses/${fileOfUse(use)}';`);
  return `
      import { handler as declared } from './${file}';
      import { createRuntime } from './lib/services.ts';
      import { bundledApiDescription } from './infra/bundled-api-description.ts';
      import { lambdaHandler } from './infra/lambda-entry.ts';
      ${imports.join('\n      ')}
      const uses = { ${uses.join(', ')} };
      const load = async (use) => {
        if (!uses[use]) throw new Error(\`\${use}: the function does not declare this in uses\`);
        return uses[use];
      };
      export const handler = lambdaHandler(declared, (env) => createRuntime({ env, load, assets: __dirname, apiDescription: ${apiDescription} }));`;
}

function builtApiDescription(functions: readonly DiscoveredFunction[], version: string): Plugin {
  return {
    name: 'built-api-description',
    setup(build) {
      build.onResolve({ filter: /^built-api-description$/ }, ({ path }) => ({
        namespace: 'built-api-description',
        path,
      }));
      build.onLoad({ filter: /.*/, namespace: 'built-api-description' }, async () => {
        const apiDescription = apiDescriptionOf(functions, version);
        const built: BuiltApiDescription = {
          openapi: await apiDescription.openapi(),
          routes: await apiDescription.routes(),
        };
        return { contents: JSON.stringify(built), loader: 'json' };
      });
    },
  };
}

async function copyAssets(
  names: readonly string[],
  read: (name: string) => Promise<Uint8Array | undefined>,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(names.map(async (name) => writeFile(join(folder, name), (await read(name)) ?? '')));
}
