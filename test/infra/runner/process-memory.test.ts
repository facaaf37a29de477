import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { memoryOf } from '../../../infra/runner/process-memory.ts';

it('counts what a process and the processes under it hold', async () => {
  const hold = `const held = Buffer.alloc(60e6, 1); console.log('held'); process.stdin.resume().on('end', () => held.fill(0));`;
  const shell = spawn('/bin/sh', ['-c', '"$0" -e "$1"; true', process.execPath, hold], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(shell.stdout, 'data');
  expect(await memoryOf(shell.pid ?? 0)).toBeGreaterThan(60);
  shell.stdin.end();
  await once(shell, 'exit');
  await expect.poll(() => memoryOf(shell.pid ?? 0)).toBe(0);
});
