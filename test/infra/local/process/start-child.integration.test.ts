import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processIdentity } from '../../../../infra/local/process/process-identity.ts';
import { startChild, type ChildOptions } from '../../../../infra/local/process/start-child.ts';
import { waitUntil } from '../../../wait-until.ts';
import { groupRuns, temporaryState } from '../temporary-state.ts';

let state: string;
let remove: () => void;

beforeEach(() => ({ state, remove } = temporaryState()));
afterEach(() => remove());

const loopScript = 'echo ready; while :; do sleep 0.05; done';

function shell(script: string, more: Partial<ChildOptions> = {}): ChildOptions {
  return { name: 'shell', state, command: '/bin/sh', args: ['-c', script], ready: /^ready$/m, ...more };
}

test('starts a program that is known by its own pid, and stops it', async () => {
  const child = await startChild(shell(loopScript));
  expect(readdirSync(join(state, 'run'))).toEqual(['shell.json']);
  expect(processIdentity(child.pid)).toBeDefined();
  await child.stop();
  expect(await child.ended).toBe('ended by SIGTERM');
  expect(readdirSync(join(state, 'run'))).toEqual([]);
  await waitUntil('the end of its group', () => !groupRuns(child.pid));
});

test('kills a program that does not stop when it is asked to', async () => {
  const child = await startChild(shell(`trap "" TERM; ${loopScript}`, { stopMs: 100 }));
  await child.stop();
  expect(await child.ended).toBe('ended by SIGKILL');
});

test('tells when a program ends by itself, and leaves nothing of it behind', async () => {
  const child = await startChild(shell('echo ready; sleep 0.1; exit 3'));
  expect(await child.ended).toBe('ended with status 3');
  await waitUntil('the end of its group', () => !groupRuns(child.pid));
  await child.stop();
});

test('fails with the last line of its log', async () => {
  await expect(startChild(shell('echo first; echo no room on the disk; exit 1'))).rejects.toThrow(
    'shell ended with status 1: no room on the disk',
  );
});

test('fails with EADDRINUSE when the program finds its port taken', async () => {
  const options = shell('echo address already in use; exit 1', { portTaken: /already in use/ });
  await expect(startChild(options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('fails, and stops the program, when it is not ready in time', async () => {
  await expect(startChild(shell('exec sleep 60', { readyMs: 100 }))).rejects.toThrow('did not become ready in time');
  expect(readdirSync(join(state, 'run'))).toEqual([]);
});

test('fails when there is no such program', async () => {
  await expect(startChild({ ...shell(''), command: '/nonexistent' })).rejects.toThrow(/nonexistent.*not found/i);
});

test('keeps the log of the start before', async () => {
  for (const word of ['one', 'two']) await (await startChild(shell(`echo ${word}; ${loopScript}`))).stop();
  expect(readFileSync(join(state, 'logs', 'shell.previous.log'), 'utf8')).toContain('one');
  expect(readFileSync(join(state, 'logs', 'shell.log'), 'utf8')).toContain('two');
});

test.each([
  ['that ends in order', loopScript],
  ['that ignores SIGTERM', `trap "" TERM; ${loopScript}`],
])(
  'a program %s does not outlive a platform that got kill -9',
  async (_, script) => {
    const start = new URL('../../../../infra/local/process/start-child.ts', import.meta.url).href;
    const platform = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { startChild } from ${JSON.stringify(start)};
     const child = await startChild({ ...${JSON.stringify(shell(script, { stopMs: 500 }))}, ready: /^ready$/m });
     console.log(child.pid);
     setInterval(() => {}, 1000);`,
    ]);
    const [line] = (await once(platform.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(groupRuns(pid)).toBe(true);
    platform.kill('SIGKILL');
    await waitUntil('the end of its group', () => !groupRuns(pid));
    expect(existsSync(join(state, 'run', 'shell.json'))).toBe(true);
  },
  20_000,
);
