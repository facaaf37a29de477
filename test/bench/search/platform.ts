import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../../wait-until.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Of the clock by which Linux counts CPU time. */
const ticksPerSecond = 100;

export interface Platform extends AsyncDisposable {
  readonly base: string;
  post(path: string, json: object): Promise<Record<string, unknown>>;
  get(path: string): Promise<Record<string, unknown>>;
  /** Milliseconds of CPU that it and all of its processes have taken so far, by /proc. */
  cpuMs(): number;
}

/** Starts the whole platform on a state folder; its state outlives it. */
export async function startPlatform(state: string): Promise<Platform> {
  const child = spawn(process.execPath, ['infra/local/node-24.mjs', 'infra/local/dev.ts', '--port', '0'], {
    cwd: root,
    env: {
      ...process.env,
      MCP_STATE: state,
      RATE_LIMIT_SCALE: '1000000',
      QUOTAS: '{"knowledge_bytes":10000000000}',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => String(chunk).includes('Ready in') && resolve());
    child.once('exit', (code) => reject(new Error(`the platform ended with ${code}`)));
  });
  const { base } = JSON.parse(readFileSync(join(state, 'platform.json'), 'utf8')) as Platform;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  const call = async (method: string, path: string, json?: object): Promise<Record<string, unknown>> => {
    const body = json && JSON.stringify(json);
    // A store missed its deadline: others work on the machine too.
    const response = await waitUntil(`an answer of ${path} other than 503`, async () => {
      const answer = await fetch(`${base}${path}`, { method, headers, ...(body !== undefined && { body }) });
      return answer.status !== 503 && answer;
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const credentials = { username: 'bench', password: 'Measured1' };
  const account = JSON.stringify({ ...credentials, email: 'bench@example.org' });
  // 409 when the state is that of an earlier start.
  await (await fetch(`${base}/api/v1/auth/register`, { method: 'POST', headers, body: account })).body?.cancel();
  const { access_token: token } = await call('POST', '/api/v1/auth/login', credentials);
  headers['authorization'] = `Bearer ${String(token)}`;
  // A token lives for a quarter of an hour.
  const { key } = await call('POST', '/api/v1/auth/api-keys', { name: `bench ${Date.now()}` });
  delete headers['authorization'];
  headers['x-api-key'] = String(key);
  return {
    base,
    post: (path, json) => call('POST', path, json),
    get: (path) => call('GET', path),
    cpuMs: () => cpuOf(child),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function cpuOf({ pid = 0 }: ChildProcess): number {
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
