import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Writes a client of the API from its description with each generator, and compiles both. @throws Error with what the program said. */
export async function generateClients(document: object, folder: string): Promise<void> {
  const source = join(folder, 'openapi.json');
  await writeFile(source, JSON.stringify(document));
  await Promise.all([
    run(join(here, 'node_modules/openapi-typescript/bin/cli.js'), [source, '-o', join(folder, 'types.ts')]),
    run(join(packages, '@hey-api/openapi-ts/bin/run.js'), ['-i', source, '-o', join(folder, 'client')]),
  ]);
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'esnext',
    '--lib',
    'esnext,dom,dom.iterable',
  ];
  const modules = ['--module', 'preserve', '--moduleResolution', 'bundler', '--types', ''];
  const files = [join(folder, 'types.ts'), join(folder, 'client/index.ts')];
  await run(join(packages, 'typescript/bin/tsc'), [...options, ...modules, ...files]);
}

async function run(program: string, args: readonly string[]): Promise<void> {
  // A generator may start another process, which inherits this.
  const env = { ...process.env, NODE_OPTIONS: `--import ${join(here, 'resolve-typescript.mjs')}` };
  await promisify(execFile)(process.execPath, [program, ...args], { env, maxBuffer: 10_000_000 }).catch(
    (error: Error & { stdout: string; stderr: string }) => {
      throw new Error(`${program}\n${error.stdout}\n${error.stderr}`);
    },
  );
}
