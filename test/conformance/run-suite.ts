import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const suiteProgram = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
);
const runMs = 300_000;

export interface SuiteRun {
  readonly passed: boolean;
  readonly ms: number;
  /** What the suite printed. */
  readonly output: string;
}

/** Runs what a revision of the protocol requires of a server against an endpoint. `url` must be one of localhost. */
export async function runSuite(url: string, revision: string): Promise<SuiteRun> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [suiteProgram, 'server', '--url', url, '--requirements', revision, '-o', folder],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: runMs,
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const failures = await failuresIn(folder);
  await rm(folder, { recursive: true, force: true });
  return { passed: code === 0, ms: performance.now() - startedAt, output: `${output}${failures}` };
}

/** The checks that failed, with why: the suite prints how many they are. */
async function failuresIn(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('checks.json'));
  const lines = await Promise.all(
    files.toSorted().map(async (file) => {
      const checks = JSON.parse(await readFile(join(folder, file), 'utf8')) as readonly Record<string, unknown>[];
      const failed = checks.filter(({ status }) => status === 'FAILURE');
      return failed.map(
        ({ id, errorMessage }) => `  ${file.split('/')[0] ?? ''}: ${String(id)}: ${String(errorMessage)}\n`,
      );
    }),
  );
  return lines.flat().join('');
}
