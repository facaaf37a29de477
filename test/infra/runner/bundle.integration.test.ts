import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleRunner, type RunnerBundle } from '../../../infra/runner/bundle.ts';
import { bootstrapToken, startPlatformStandIn } from './platform-stand-in.ts';
import { fixtureLaunch } from './running-replica.ts';

let folder: string;
let bundle: RunnerBundle;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-'));
  bundle = await bundleRunner(join(folder, 'image'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('runs alone in an empty folder, from redemption to a status of 0 after SIGTERM', async () => {
  expect((await readdir(bundle.folder)).toSorted()).toEqual(['Dockerfile', 'main.mjs']);
  expect(bundle.bytes).toBeLessThan(400_000);
  const platform = await startPlatformStandIn(fixtureLaunch);
  const child = spawn(process.execPath, [bundle.program], {
    cwd: bundle.folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      PLATFORM_URL: platform.url,
      BOOTSTRAP_TOKEN: bootstrapToken,
      PORT: '0',
      HOST: '127.0.0.1',
    },
  });
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  const ready = await platform.reported(({ state }) => state === 'ready');
  expect(ready).toMatchObject({ server_info: { name: 'fixture' }, protocol_version: '2025-11-25', restarts: 0 });
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(platform.reports.at(-1)).toMatchObject({ state: 'stopped', stopped_because: 'asked' });
  await platform.stop();
});

it('makes an image that runs as an ordinary user', async () => {
  const dockerfile = await readFile(join(bundle.folder, 'Dockerfile'), 'utf8');
  expect(dockerfile.split(/\n/).filter((line) => line.startsWith('USER'))).toEqual(['USER node']);
});
