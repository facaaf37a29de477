import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Settings of esbuild for a program in one file that needs nothing but Node 24. */
export const oneModule = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  legalComments: 'none',
  logLevel: 'silent',
} as const satisfies BuildOptions;

export interface RunnerBundle {
  /** The build context of the container's image: `Dockerfile` and `main.mjs`. */
  readonly folder: string;
  readonly program: string;
  readonly bytes: number;
}

/** The runner in one module that needs nothing but Node 24; it starts in a third of the time that its sources take. */
export async function buildRunner(): Promise<Uint8Array> {
  const { outputFiles } = await build({ entryPoints: [join(here, 'main.ts')], ...oneModule, write: false });
  const [module] = outputFiles;
  if (!module) throw new Error('esbuild made no module of the runner');
  return module.contents;
}

/** Puts the runner's module beside the Dockerfile that makes it an image. */
export async function bundleRunner(folder: string): Promise<RunnerBundle> {
  const program = join(folder, 'main.mjs');
  await mkdir(folder, { recursive: true });
  const module = await buildRunner();
  await writeFile(program, module);
  await copyFile(join(here, 'Dockerfile'), join(folder, 'Dockerfile'));
  return { folder, program, bytes: module.length };
}
