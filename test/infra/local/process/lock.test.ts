import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeLock } from '../../../../infra/local/process/lock.ts';
import { processIdentity } from '../../../../infra/local/process/process-identity.ts';
import { temporaryState } from '../temporary-state.ts';

let state: string;
let remove: () => void;

beforeEach(() => ({ state, remove } = temporaryState()));
afterEach(() => remove());

test('refuses a second platform on the same state and says where the first one is', () => {
  const lock = takeLock(state);
  lock.announce('http://localhost:8000');
  expect(() => takeLock(state)).toThrow(`already running at http://localhost:8000, pid ${process.pid}`);
});

test('names the pid alone while the first platform is still starting', () => {
  takeLock(state);
  expect(() => takeLock(state)).toThrow(`already running, pid ${process.pid}`);
});

test('is free again after its release, and leaves no file', () => {
  takeLock(state).release();
  expect(readdirSync(state)).toEqual([]);
  takeLock(state).release();
});

test('takes over the lock of a process that is gone', () => {
  writeFileSync(join(state, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, identity: 'boot/1' }));
  takeLock(state);
  expect(readFileSync(join(state, 'lock'), 'utf8')).toContain(`"pid":${process.pid}`);
  expect(readdirSync(state)).toEqual(['lock']);
});

test('takes over a lock whose pid belongs to a later process', () => {
  const later = { pid: process.pid, identity: `${processIdentity(process.pid)}0` };
  writeFileSync(join(state, 'lock'), JSON.stringify(later));
  expect(() => takeLock(state)).not.toThrow();
});

test('takes over a lock that was cut off while it was written', () => {
  writeFileSync(join(state, 'lock'), '{"pid":');
  expect(() => takeLock(state)).not.toThrow();
});
