import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findIsolation } from '../../../../infra/local/ecs/isolation.ts';
import { type RunningTask, runTask } from '../../../../infra/local/ecs/run-task.ts';
import { bootstrapToken, type PlatformStandIn, startPlatformStandIn } from '../../runner/platform-stand-in.ts';

const state = await mkdtemp(join(tmpdir(), 'isolation-'));
const isolation = await findIsolation(state);
const isIsolated = isolation.mode !== 'none';
if (!isIsolated) console.warn(`Skipped, as this machine has no namespaces for it: ${isolation.sentence}`);

/** Looks round the machine, and says what it found as its version. */
const lookRound = `
  const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
  const { execFileSync } = require('node:child_process');
  const tried = (act) => { try { return act(); } catch (error) { return error.code ?? error.status ?? 'failed'; } };
  const found = {
    state: readdirSync(process.env.LOOK_AT),
    key: tried(() => readFileSync(process.env.LOOK_AT + '/signing-keys.json', 'utf8')),
    home: tried(() => readdirSync(process.env.PERSONS_HOME).filter((name) => !name.startsWith('.')).length > 20),
    processes: readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).length,
    platform: tried(() => process.kill(Number(process.env.PLATFORM_PID), 0)),
    lift: tried(() => execFileSync('umount', [process.env.LOOK_AT], { stdio: 'ignore' })),
    anew: tried(() => execFileSync('unshare', ['-Urm', 'umount', process.env.LOOK_AT], { stdio: 'ignore' })),
    project: tried(() => writeFileSync(process.env.PROJECT + '/planted', '')),
    capabilities: /CapEff:\\s+(\\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1],
    own: tried(() => { writeFileSync(process.env.HOME + '/mine', ''); return 'written'; }),
    processLimit: /Max processes\\s+(\\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))[1],
  };
  process.stdin.once('data', () => console.log(JSON.stringify({ jsonrpc: '2.0', id: 1, result: {
    protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x', version: JSON.stringify(found) } } })));
  setInterval(() => {}, 1000);`;

let platform: PlatformStandIn;
let task: RunningTask;
let found: Record<string, unknown>;

beforeAll(async () => {
  await writeFile(join(state, 'signing-keys.json'), 'the key');
  const env = {
    LOOK_AT: state,
    PERSONS_HOME: process.env['HOME'] ?? '/root',
    PLATFORM_PID: String(process.pid),
    PROJECT: join(import.meta.dirname, '../../../..'),
  };
  platform = await startPlatformStandIn({ command: process.execPath, args: ['-e', lookRound], env });
  task = await runTask({
    id: 'looks',
    state,
    variables: { PLATFORM_URL: platform.url, BOOTSTRAP_TOKEN: bootstrapToken },
    memoryMb: 512,
    npm: {},
    isolation,
  });
  const { server_info: info } = await platform.reported(({ state }) => state === 'ready');
  found = JSON.parse(String(info?.version)) as Record<string, unknown>;
});
afterAll(async () => {
  await task.stop();
  await platform.stop();
  await rm(state, { recursive: true, force: true });
});

describe.skipIf(!isIsolated)('a server in a task', () => {
  it("sees nothing of the platform's state but its own home", () => {
    expect(found).toMatchObject({ state: ['tasks'], key: 'ENOENT', own: 'written' });
  });

  it('sees no processes but its own, and signals no other', () => {
    expect(found['processes']).toBeLessThan(12);
    // A process of that number may be its own by chance, then it is no matter.
    expect(['ESRCH', 'EPERM']).toContain(found['platform']);
  });

  it('cannot lift what covers the state, in a namespace of its own neither', () => {
    expect(found['capabilities']).toBe('0000000000000000');
    expect(found['lift']).not.toBeNull();
    expect(found['anew']).not.toBeNull();
  });

  it('cannot write into the project', () => expect(['EROFS', 'EACCES']).toContain(found['project']));

  it('may start so many processes and no more', () => expect(Number(found['processLimit'])).toBeLessThanOrEqual(512));
});

it('ends with all it started when its pipe closes', async () => {
  await task.stop();
  expect((await task.ended).exitCode).toBe(0);
});
