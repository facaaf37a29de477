import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startEcs } from '../../../../infra/local/ecs/start-ecs.ts';
import { withLocalCredentials } from '../../../../infra/local/environment.ts';
import { endLeftovers } from '../../../../infra/local/process/pid-file.ts';
import { processIdentity } from '../../../../infra/local/process/process-identity.ts';
import { ecsContainers } from '../../../../lib/adapters/containers/ecs.ts';
import { bootstrapToken, startPlatformStandIn } from '../../runner/platform-stand-in.ts';

it('leaves no runner and no server behind when the platform is killed', { timeout: 60_000 }, async () => {
  withLocalCredentials(process.env);
  const state = await mkdtemp(join(tmpdir(), 'ecs-'));
  // A server that minds neither its closed input nor SIGTERM, and tells its process id as its version.
  const script = `
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);
    process.stdin.once('data', () => console.log(JSON.stringify({ jsonrpc: '2.0', id: 1, result: {
      protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x', version: String(process.pid) } } })));`;
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
  await containers.start({ clientToken: 'x', startedBy: 'x', environment });
  const { server_info: info } = await platform.reported(({ state }) => state === 'ready');
  const server = Number(info?.version);
  expect(processIdentity(server)).toBeDefined();
  mortal.kill('SIGKILL');
  await once(mortal, 'exit');
  for (const until = performance.now() + 20_000; processIdentity(server) !== undefined; await sleep(50)) {
    expect(performance.now()).toBeLessThan(until);
  }
  await endLeftovers(state);
  const next = await startEcs({ state, onTaskStateChange: () => undefined });
  expect(await readdir(join(state, 'run'))).toEqual([]);
  expect((await readdir(state)).toSorted()).toEqual(['logs', 'run']);
  await next.stop();
  await platform.stop();
  await rm(state, { recursive: true, force: true });
});
