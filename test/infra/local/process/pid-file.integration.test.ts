import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clearState } from '../../../../infra/local/process/clear-state.ts';
import { endLeftovers, notePid } from '../../../../infra/local/process/pid-file.ts';
import { processIdentity } from '../../../../infra/local/process/process-identity.ts';
import { temporaryState } from '../temporary-state.ts';

let state: string;
let remove: () => void;
let child: ChildProcess;

beforeEach(() => ({ state, remove } = temporaryState()));
afterEach(() => {
  child.kill('SIGKILL');
  remove();
});

async function start(script: string): Promise<number> {
  child = spawn('/bin/sh', ['-c', `${script}; echo; while :; do sleep 0.05; done`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child.pid ?? 0;
}

test('ends what an earlier platform left behind', async () => {
  const pid = await start(':');
  notePid(state, 'redis', pid);
  await endLeftovers(state);
  expect(processIdentity(pid)).toBeUndefined();
  expect(readdirSync(join(state, 'run'))).toEqual([]);
});

test('kills a leftover that does not end when it is asked to', async () => {
  const pid = await start('trap "" TERM');
  notePid(state, 'redis', pid);
  await endLeftovers(state, 100);
  expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGKILL');
});

test('leaves a stranger alone who was given the pid of a leftover', async () => {
  const pid = await start(':');
  mkdirSync(join(state, 'run'));
  const leftover = { pid, identity: `${processIdentity(pid)}0` };
  writeFileSync(join(state, 'run', 'mysql.json'), JSON.stringify(leftover));
  await endLeftovers(state);
  expect(processIdentity(pid)).toBeDefined();
  expect(existsSync(join(state, 'run', 'mysql.json'))).toBe(false);
});

test('kills nobody over a pid file that was cut off', async () => {
  const pid = await start(':');
  mkdirSync(join(state, 'run'));
  writeFileSync(join(state, 'run', 'mysql.json'), `{"pid":${pid}`);
  await endLeftovers(state);
  expect(processIdentity(pid)).toBeDefined();
});

test('a cleared state keeps the lock, the downloads and what was compiled, and nothing runs on it any more', async () => {
  const pid = await start(':');
  notePid(state, 'redis', pid);
  for (const kept of ['debian', 'compile-cache']) mkdirSync(join(state, kept));
  mkdirSync(join(state, 'mysql'));
  writeFileSync(join(state, 'lock'), '');
  await clearState(state);
  expect(readdirSync(state).toSorted()).toEqual(['compile-cache', 'debian', 'lock']);
  expect(processIdentity(pid)).toBeUndefined();
});
