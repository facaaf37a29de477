import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SUITE = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
);
const RUN_MS = 300_000;

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
  const child = spawn(process.execPath, [SUITE, 'server', '--url', url, '--requirements', revision, '-o', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_MS,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await rm(folder, { recursive: true, force: true });
  return { passed: code === 0, ms: performance.now() - startedAt, output };
}
