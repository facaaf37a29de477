import { copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { oneModule } from './runner/bundle.ts';

const thread = fileURLToPath(new URL('../lib/adapters/pdfium/pdf-thread.ts', import.meta.url));

/** Puts what reads PDF files into the folder of a function that uses it: the thread as a file of its own, and PDFium (4.6 MB). */
export async function bundlePdfReader(folder: string): Promise<void> {
  const wasm = createRequire(import.meta.url).resolve('@embedpdf/pdfium/pdfium.wasm');
  await Promise.all([
    copyFile(wasm, join(folder, 'pdfium.wasm')),
    build({
      entryPoints: [thread],
      outfile: join(folder, 'pdf-thread.mjs'),
      ...oneModule,
      // PDFium's glue asks for Node's modules by require.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    }),
  ]);
}
