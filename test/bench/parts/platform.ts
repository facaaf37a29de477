import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../../wait-until.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface RunningPlatform extends AsyncDisposable {
  readonly base: string;
  readonly pid: number;
  /** What stands in its platform.json. */
  readonly addresses: Readonly<Record<'base' | 'mysql' | 'mongodb', string>> & Readonly<Record<string, string>>;
}

/** Starts the whole platform without rate limits, on a state folder of its own, or on one that outlives it. */
export async function startPlatform({
  env = {},
  state: kept,
}: {
  readonly env?: Readonly<Record<string, string>>;
  readonly state?: string;
} = {}): Promise<RunningPlatform> {
  const state = kept ?? mkdtempSync(join(tmpdir(), 'mcp-bench-'));
  mkdirSync(state, { recursive: true });
  const file = join(state, 'platform.json');
  rmSync(file, { force: true });
  const child = spawn(process.execPath, ['infra/local/node-24.mjs', 'infra/local/dev.ts', '--port', '0'], {
    cwd: root,
    env: { ...process.env, MCP_STATE: state, RATE_LIMIT_SCALE: '1000000', ...env },
    // Into a file: what it prints about each request is not for this process to read.
    stdio: ['ignore', openSync(join(state, 'printed'), 'a'), 'inherit'],
  });
  await waitUntil('a platform that is up', () => {
    if (child.exitCode !== null) throw new Error(`the platform ended with ${child.exitCode}`);
    return existsSync(file);
  });
  const addresses = JSON.parse(readFileSync(file, 'utf8')) as RunningPlatform['addresses'];
  return {
    base: addresses.base,
    pid: child.pid ?? 0,
    addresses,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      if (kept === undefined) rmSync(state, { recursive: true, force: true });
    },
  };
}
