import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../infra/program.ts';

const program = {
  name: 'faults:deployments',
  about:
    "kill -9 of the platform, or of a runner, at a random moment of deploying, restarting or stopping. Each time everything has to come to rest within two minutes: no deployment on its way, every running one answers a call, and no server's process without one.",
  options: { rounds: { from: 1, to: 10_000, default: 20, about: 'How often something is killed.' } },
} as const;

const root = fileURLToPath(new URL('../..', import.meta.url));
const state = join(tmpdir(), `mcp-faults-${process.pid}`);
const marker = `fault-${randomBytes(6).toString('hex')}`;
const fixture = fileURLToPath(new URL('../functions/deployments/fixture-server.mjs', import.meta.url));
const account = { username: marker, password: `Fault-${marker}-1A` };
const restMs = 120_000;

interface Platform {
  readonly child: ChildProcess;
  readonly base: string;
}

type Json = Record<string, unknown>;

let token = '';

async function start(): Promise<Platform> {
  const child = spawn(process.execPath, ['infra/local/node-24.mjs', 'infra/local/dev.ts', '--port', '0'], {
    cwd: root,
    env: { ...process.env, MCP_STATE: state, RATE_LIMIT_SCALE: '100000' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      if (said.includes('Ready in')) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the platform ended with ${code} before it was ready:\n${said}`)));
  });
  const { base } = JSON.parse(readFileSync(join(state, 'platform.json'), 'utf8')) as { base: string };
  return { child, base };
}

async function call(
  { base }: Platform,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

async function logIn(platform: Platform): Promise<void> {
  token = '';
  await call(platform, 'POST', '/api/v1/auth/register', { ...account, email: `${marker}@example.org` });
  token = String((await call(platform, 'POST', '/api/v1/auth/login', account)).body['access_token']);
}

async function list(platform: Platform): Promise<Json[]> {
  const { body } = await call(platform, 'GET', '/api/v1/deployments?page_size=100');
  return body['deployments'] as Json[];
}

/** Processes of servers that this run has deployed: process id and argument list. */
function serverProcesses(): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) =>
    line.includes(marker) && line.includes('fixture-server') ? [Number.parseInt(line, 10)] : [],
  );
}

function runnerProcesses(): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).split('\n');
  const parents = new Map(lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
  return serverProcesses().flatMap((pid) => parents.get(pid) ?? []);
}

/** Waits until nothing is on its way and everything that runs answers. @returns the time that took. */
async function rest(platform: Platform): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const why = await unrest(platform);
    if (why === undefined) return performance.now() - startedAt;
    if (performance.now() - startedAt > restMs) throw new Error(`no rest after ${restMs / 1000} s: ${why}`);
    await sleep(250);
  }
}

async function unrest(platform: Platform): Promise<string | undefined> {
  const all = await list(platform);
  const moving = all.find(({ status }) => ['starting', 'restarting', 'stopping'].includes(String(status)));
  if (moving) return JSON.stringify(moving);
  const running = all.filter(({ status }) => status === 'running');
  for (const { slug } of running) {
    const { status, body } = await call(platform, 'POST', `/mcp/${String(slug)}/v1/tools/echo`, { message: 'x' });
    if (status !== 200) return `${String(slug)} answers ${status} ${JSON.stringify(body)}`;
  }
  const processes = serverProcesses();
  return processes.length === running.length
    ? undefined
    : `${processes.length} processes for ${running.length} running`;
}

/** Begins something that a kill can interrupt; its outcome does not matter. */
async function act(platform: Platform): Promise<string> {
  const running = (await list(platform)).filter(({ status }) => status === 'running');
  const chosen = running[Math.floor(Math.random() * running.length)];
  const kind =
    !chosen || running.length < 2 ? 'deploy' : ['deploy', 'restart', 'stop', 'replace'][Math.floor(Math.random() * 4)];
  const begin = (method: string, path: string, body?: object): void =>
    void call(platform, method, path, body).catch(() => undefined);
  const id = String(chosen?.['deployment_id']);
  if (kind === 'restart') begin('POST', `/api/v1/deployments/${id}/restart`);
  else if (kind === 'stop') begin('DELETE', `/api/v1/deployments/${id}`);
  else if (kind === 'replace') begin('POST', '/api/v1/deployments?replace=true', { tool_id: chosen?.['tool_id'] });
  else {
    const slug = `${marker}-${randomBytes(4).toString('hex')}`;
    const servers = [{ name: 'fixture', command: process.execPath, args: [fixture, marker] }];
    const { body } = await call(platform, 'POST', '/api/v1/mcps', {
      name: slug,
      slug,
      version: '1.0.0',
      config: { servers },
    });
    begin('POST', '/api/v1/deployments', { tool_id: body['id'] });
  }
  return kind ?? 'deploy';
}

async function kill({ child }: Platform): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function killAgainAndAgain(rounds: number): Promise<void> {
  mkdirSync(state, { mode: 0o700 });
  let platform = await start();
  try {
    for (let round = 1; round <= rounds; round += 1) {
      await logIn(platform);
      const what = await act(platform);
      const after = Math.floor(Math.random() * 2_000);
      await sleep(after);
      const runners = runnerProcesses();
      const runner = runners[Math.floor(Math.random() * runners.length)];
      const victim = Math.random() < 0.3 && runner !== undefined ? 'runner' : 'platform';
      if (victim === 'runner') process.kill(runner ?? 0, 'SIGKILL');
      else {
        await kill(platform);
        platform = await start();
        await logIn(platform);
      }
      const ms = await rest(platform);
      console.log(
        `round ${round}: ${what}, ${victim} killed after ${after} ms, at rest ${(ms / 1000).toFixed(1)} s later`,
      );
    }
    const ended = once(platform.child, 'exit');
    platform.child.kill('SIGTERM');
    await ended;
    if (serverProcesses().length > 0) throw new Error('processes were left behind by an orderly stop');
    console.log('no orphan, nothing stuck');
  } catch (error) {
    platform.child.kill('SIGKILL');
    throw error;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

await runProgram(program, ({ options: { rounds } }) => killAgainAndAgain(rounds));
