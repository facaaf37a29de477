import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startEcs } from '../../../../infra/local/ecs/start-ecs.ts';
import { credentials } from '../temporary-state.ts';
import { withCredentials } from '../../../../infra/local/environment.ts';
import { endLeftovers } from '../../../../infra/local/process/pid-file.ts';
import { ecsContainers } from '../../../../lib/adapters/containers/ecs.ts';
import { taskProcesses } from './task-processes.ts';
import { bootstrapToken, startPlatformStandIn } from '../../runner/platform-stand-in.ts';
import { waitUntil } from '../../../wait-until.ts';

it('leaves no runner and no server behind when the platform is killed', async () => {
  withCredentials(process.env, credentials);
  const state = await mkdtemp(join(tmpdir(), 'ecs-'));
  // A server that minds neither its closed input nor SIGTERM.
  const script = `
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);
    process.stdin.once('data', () => console.log(JSON.stringify({ jsonrpc: '2.0', id: 1, result: {
      protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x', version: '1' } } })));`;
  const platform = await startPlatformStandIn({ command: process.execPath, args: ['-e', script] });
  const mortal = spawn(process.execPath, [fileURLToPath(new URL('mortal-ecs.ts', import.meta.url)), state], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(mortal.stdout, 'data')) as [Buffer];
  const containers = ecsContainers({
    region: 'us-east-1',
    endpoint: line.toString().trim(),
    cluster: 'c',
    taskDefinition: 't',
    container: 'runner',
    subnets: [],
    securityGroups: [],
  });
  const environment = { PLATFORM_URL: platform.url, BOOTSTRAP_TOKEN: bootstrapToken };
  const { id } = await containers.start({ clientToken: 'x', startedBy: 'x', environment });
  await platform.reported(({ state }) => state === 'ready');
  expect(taskProcesses(id).length).toBeGreaterThanOrEqual(2);
  mortal.kill('SIGKILL');
  await once(mortal, 'exit');
  await waitUntil('the end of its processes', () => taskProcesses(id).length === 0);
  await endLeftovers(state);
  const next = await startEcs({ state, credentials, onTaskStateChange: () => undefined });
  expect(await readdir(join(state, 'run'))).toEqual([]);
  expect((await readdir(state)).toSorted()).toEqual(['logs', 'run']);
  await next.stop();
  await platform.stop();
  await rm(state, { recursive: true, force: true });
});
