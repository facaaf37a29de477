import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface EndedTrial {
  readonly killed: boolean;
  /** What it says it passed; none when it was killed. */
  readonly points: readonly string[];
  /** What it wrote to standard error. */
  readonly said: string;
}

/** Runs a trial in a process of its own, to its end or to the point at which it kills itself. */
export async function runTrial(child: string, trial: object, env: NodeJS.ProcessEnv): Promise<EndedTrial> {
  const process_ = spawn(process.execPath, [child, JSON.stringify(trial)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [points, said] = ['', ''];
  process_.stdout.on('data', (chunk) => (points += String(chunk)));
  process_.stderr.on('data', (chunk) => (said += String(chunk)));
  const [, signal] = (await once(process_, 'close')) as [number | null, string | null];
  return { killed: signal === 'SIGKILL', points: points === '' ? [] : (JSON.parse(points) as string[]), said };
}
