import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The files that the documentation pages load, by name: where they come from. */
const sources: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'swagger-ui-dist/swagger-ui.css',
  'swagger-ui-bundle.js': 'swagger-ui-dist/swagger-ui-bundle.js',
  'favicon-32x32.png': 'swagger-ui-dist/favicon-32x32.png',
  'redoc.standalone.js': 'redoc/bundles/redoc.standalone.js',
};

export const docsAssets: readonly string[] = Object.keys(sources);

/** Redoc shows a picture from its makers' network; ours stands in its place. */
const foreignPicture = 'https://cdn.redoc.ly/redoc/logo-mini.svg';

/** A file of the documentation pages; undefined when there is none of that name. @throws Error when Redoc no longer names the picture that is replaced. */
export async function readDocsAsset(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (source === undefined) return undefined;
  const content = await readFile(require.resolve(source));
  if (name !== 'redoc.standalone.js') return new Uint8Array(content);
  const text = content.toString('utf8');
  if (!text.includes(foreignPicture)) throw new Error(`${source} does not name ${foreignPicture} any more.`);
  return new TextEncoder().encode(text.replaceAll(foreignPicture, '/api/docs/favicon-32x32.png'));
}
