import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Ecs, startEcs } from '../../../../infra/local/ecs/start-ecs.ts';
import { credentials } from '../temporary-state.ts';
import { withCredentials } from '../../../../infra/local/environment.ts';
import { ecsContainers } from '../../../../lib/adapters/containers/ecs.ts';
import type { Containers, ContainerTask } from '../../../../lib/deployments/containers-port.ts';
import { bootstrapToken, type PlatformStandIn, startPlatformStandIn } from '../../runner/platform-stand-in.ts';
import { fixtureLaunch } from '../../runner/running-replica.ts';
import { taskProcesses } from './task-processes.ts';
import { callTool } from '../../runner/call-tool.ts';
import { lateMs, takesTime, waitUntil } from '../../../wait-until.ts';

let state: string;
let ecs: Ecs;
let containers: Containers;
let events: { lastStatus?: string; startedBy?: string; stoppedReason?: string }[] = [];
const platforms: PlatformStandIn[] = [];
let umask: number;

beforeAll(async () => {
  // As in `npm run dev`, whose files nobody else may read, also not the users that tasks have.
  umask = process.umask(0o077);
  withCredentials(process.env, credentials);
  state = await mkdtemp(join(tmpdir(), 'ecs-'));
  ecs = await startEcs({ state, credentials, onTaskStateChange: (detail) => events.push(detail) });
  containers = ecsContainers({
    region: 'us-east-1',
    endpoint: ecs.url,
    cluster: 'mcp-test',
    taskDefinition: 'runner',
    container: 'runner',
    subnets: ['subnet-1'],
    securityGroups: [],
  });
});
afterAll(async () => {
  process.umask(umask);
  await ecs.stop();
  await Promise.all(platforms.map((platform) => platform.stop()));
  await rm(state, { recursive: true, force: true });
});
beforeEach(() => {
  events = [];
});

/** A task with a server of its own platform, so that its token is good once. */
async function start(
  name: string,
  launch: object = fixtureLaunch,
  more: object = {},
): Promise<{ task: ContainerTask; platform: PlatformStandIn }> {
  const platform = await startPlatformStandIn(launch);
  platforms.push(platform);
  const environment = { PLATFORM_URL: platform.url, BOOTSTRAP_TOKEN: bootstrapToken };
  return { task: await containers.start({ clientToken: name, startedBy: name, environment, ...more }), platform };
}

async function until(id: string, status: ContainerTask['status']): Promise<ContainerTask> {
  return waitUntil(`the task ${status}`, async () => {
    const [task] = await containers.describe([id]);
    return task?.status === status && task;
  });
}

it('runs the runner as a task that answers calls, and stops it with all it started', async () => {
  const { task, platform } = await start('lives');
  expect(task).toMatchObject({ status: 'provisioning', startedBy: 'lives' });
  const running = await until(task.id, 'running');
  await platform.reported(({ state }) => state === 'ready');
  const url = `http://${running.address?.host}:${running.address?.port}/mcp`;
  expect(Number(await callTool(url, 'process_id'))).toBeGreaterThan(0);
  expect(taskProcesses(task.id).length).toBeGreaterThanOrEqual(2);
  expect(await containers.list({ startedBy: 'lives', desired: 'running' })).toEqual([task.id]);

  await containers.stop(task.id, 'no longer wanted');
  const stopped = await until(task.id, 'stopped');
  expect(stopped).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'no longer wanted', exitCode: 0 });
  expect(taskProcesses(task.id)).toEqual([]);
  expect(platform.reports.at(-1)?.state).toBe('stopped');
  expect(await containers.list({ startedBy: 'lives', desired: 'running' })).toEqual([]);
  expect(await containers.list({ startedBy: 'lives', desired: 'stopped' })).toEqual([task.id]);
  expect(events.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'DEACTIVATING', 'STOPPED']);
  expect(await readdir(join(state, 'tasks'))).toEqual([]);
});

it('starts nothing twice for the same client token', async () => {
  const platform = await startPlatformStandIn(fixtureLaunch);
  platforms.push(platform);
  const order = {
    clientToken: 'once',
    startedBy: 'once',
    environment: { PLATFORM_URL: platform.url, BOOTSTRAP_TOKEN: bootstrapToken },
  };
  const [first, second] = [await containers.start(order), await containers.start(order)];
  expect(second.id).toBe(first.id);
  await expect(containers.start({ ...order, startedBy: 'another' })).rejects.toMatchObject({
    kind: 'refused',
    cause: { name: 'ConflictException' },
  });
  await until(first.id, 'running');
  await containers.stop(first.id, 'done');
  await until(first.id, 'stopped');
});

it('gives a task nothing of its own environment', async () => {
  process.env['SECRET_OF_THE_PLATFORM'] = 'not for servers';
  const { task, platform } = await start('clean', { ...fixtureLaunch, env: { OWN: 'value' } });
  const { address } = await until(task.id, 'running');
  await platform.reported(({ state }) => state === 'ready');
  const names = (await callTool(`http://${address?.host}:${address?.port}/mcp`, 'environment')).split(' ');
  expect(names).toContain('OWN');
  expect(names.filter((name) => /SECRET|TOKEN|AWS|PLATFORM_URL|MYSQL/.test(name))).toEqual([]);
  delete process.env['SECRET_OF_THE_PLATFORM'];
  await containers.stop(task.id, 'done');
  await until(task.id, 'stopped');
});

it('tells why a task could not begin', async () => {
  const platform = await startPlatformStandIn(fixtureLaunch);
  platforms.push(platform);
  const environment = { PLATFORM_URL: platform.url, BOOTSTRAP_TOKEN: 'wrong' };
  const { id } = await containers.start({ clientToken: 'wrong', startedBy: 'wrong', environment });
  const stopped = await until(id, 'stopped');
  expect(stopped.stopCode).toBe('TaskFailedToStart');
  expect(stopped.stoppedReason).toContain('refused the token');
});

it('tells of a server that cannot run by the exit status', async () => {
  const { task, platform } = await start('broken', { command: 'false', args: [] });
  const stopped = await until(task.id, 'stopped');
  expect(stopped).toMatchObject({ stopCode: 'EssentialContainerExited', exitCode: 1 });
  expect((await platform.reported(({ state }) => state === 'failed')).last_error?.reason).toContain('status 1');
});

it('kills a task that takes more memory than it was given', async () => {
  const hog = 'const kept = []; setInterval(() => kept.push(Buffer.alloc(8e6, 1)), 20); process.stdin.resume();';
  const { task } = await start('hog', { command: process.execPath, args: ['-e', hog] }, { memoryMb: 192 });
  const stopped = await until(task.id, 'stopped');
  expect(stopped).toMatchObject({ exitCode: 137 });
  expect(stopped.stoppedReason).toContain('OutOfMemory');
});

it('stops a task that is asked to stop before it runs', async () => {
  const { task } = await start('early');
  await containers.stop(task.id, 'changed my mind');
  const stopped = await until(task.id, 'stopped');
  expect(stopped.stoppedReason).toBe('changed my mind');
});

it('forgets no error over a task that it does not know', async () => {
  expect(await containers.describe(['0123456789abcdef0123456789abcdef'])).toEqual([]);
  await expect(containers.stop('0123456789abcdef0123456789abcdef', 'gone')).resolves.toBeUndefined();
});

it('refuses overrides of more than 8 KB, as ECS does', async () => {
  const order = { clientToken: 'large', startedBy: 'large', environment: { LARGE: 'x'.repeat(8_200) } };
  await expect(containers.start(order)).rejects.toMatchObject({ cause: { name: 'InvalidParameterException' } });
});

it('stops at once a task that the platform does not answer, and clears up after a platform that was killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ecs-'));
  await mkdir(join(folder, 'tasks', 'left', 'tmp'), { recursive: true });
  await mkdir(join(folder, 'logs'));
  await writeFile(join(folder, 'logs', 'task-left.log'), 'left');
  const other = await startEcs({ state: folder, credentials, onTaskStateChange: () => undefined });
  expect([await readdir(folder), await readdir(join(folder, 'logs'))]).toEqual([['logs'], []]);
  const options = { region: 'us-east-1', endpoint: other.url, cluster: 'c', taskDefinition: 't', container: 'r' };
  const containers = ecsContainers({ ...options, subnets: [], securityGroups: [] });
  const environment = { PLATFORM_URL: 'http://127.0.0.1:1', BOOTSTRAP_TOKEN: bootstrapToken };
  await containers.start({ clientToken: 'deaf', startedBy: 'deaf', environment });
  await takesTime(500);
  const startedAt = performance.now();
  await other.stop();
  expect(performance.now() - startedAt).toBeLessThan(lateMs);
  await rm(folder, { recursive: true, force: true });
});
