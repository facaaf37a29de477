import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../wait-until.ts';

const root = resolve(import.meta.dirname, '../../..');

export interface Dev {
  readonly pid: number;
  /** What platform.json says. */
  readonly addresses: Record<
    'base' | 'mysql' | 'mongodb' | 'redis' | 'dynamodb' | 'sqs' | 'ecs' | 'connections',
    string
  > &
    Record<'redisToken' | 'accessKeyId' | 'secretAccessKey', string>;
  output(): string;
  stop(): Promise<void>;
}

/** `npm run dev` as a person starts it, on a state of its own. @throws with what it printed when it does not become ready. */
export async function startDev(state: string, env: NodeJS.ProcessEnv = {}): Promise<Dev> {
  const { child, exited, output } = spawnDev(state, env);
  const file = join(state, 'platform.json');
  let ended = false;
  void exited.then(() => (ended = true));
  await waitUntil('npm run dev', () => ended || (existsSync(file) && output().includes('Ready in'))).catch(
    (error: unknown) => {
      throw new Error(output(), { cause: error });
    },
  );
  if (ended) throw new Error(`npm run dev ended: ${output()}`);
  return {
    pid: child.pid ?? 0,
    addresses: JSON.parse(readFileSync(file, 'utf8')) as Dev['addresses'],
    output,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function spawnDev(state: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['infra/local/node-24.mjs', 'infra/local/dev.ts', '--port', '0'], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env, MCP_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = once(child, 'exit').then(([code]) => Number(code));
  return { child, exited, output: () => text };
}
