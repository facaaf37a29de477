import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { rdsCertificates, rdsCertificatesFile } from './rds-certificates.ts';
import { slimming } from './bundle-slimming.ts';

const folder = fileURLToPath(new URL('migrations', import.meta.url));

/** Bundles the function that migrates, with its SQL and the certificates of MySQL beside it, into a folder. @throws esbuild's BuildFailure. */
export async function bundleMigrations(outDir: string, region = 'us-east-1'): Promise<void> {
  const out = resolve(outDir);
  await build({
    entryPoints: [{ in: join(folder, 'lambda.ts'), out: 'index' }],
    outdir: out,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [slimming],
    // The migrations are looked for where the code lies.
    define: { 'import.meta.url': 'here' },
    banner: { js: "const here = require('node:url').pathToFileURL(__filename).href;" },
  });
  const scripts = (await readdir(folder)).filter((file) => file.endsWith('.sql'));
  await Promise.all([
    ...scripts.map((file) => copyFile(join(folder, file), join(out, file))),
    writeFile(join(out, rdsCertificatesFile), rdsCertificates(region)),
  ]);
}
