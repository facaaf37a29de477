import { readdirSync, readFileSync } from 'node:fs';
import { signIn } from '../../account.ts';
import { startPlatform as start } from '../parts/platform.ts';

/** Of the clock by which Linux counts CPU time. */
const ticksPerSecond = 100;

export interface Platform extends AsyncDisposable {
  post(path: string, json: object): Promise<Record<string, unknown>>;
  get(path: string): Promise<Record<string, unknown>>;
  /** Milliseconds of CPU that it and all of its processes have taken so far, by /proc. */
  cpuMs(): number;
}

/** Starts the whole platform on a state folder; its state outlives it. */
export async function startPlatform(state: string): Promise<Platform> {
  const platform = await start({ state, env: { QUOTAS: '{"knowledge_bytes":10000000000}' } });
  const { base, pid } = platform;
  const { call } = await signIn(base);
  return {
    post: (path, json) => call('POST', path, json),
    get: (path) => call('GET', path),
    cpuMs: () => cpuOf(pid),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}

function cpuOf(pid: number): number {
  const parents = new Map<number, { parent: number; ms: number }>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = readStat(name);
    if (stat) parents.set(Number(name), stat);
  }
  const isOurs = (id: number): boolean => id === pid || (parents.has(id) && isOurs(parents.get(id)?.parent ?? 0));
  return [...parents].reduce((sum, [id, { ms }]) => sum + (isOurs(id) ? ms : 0), 0);
}

function readStat(pid: string): { parent: number; ms: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    return { parent: fields[1] ?? 0, ms: ((fields[11] ?? 0) + (fields[12] ?? 0)) * (1000 / ticksPerSecond) };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
