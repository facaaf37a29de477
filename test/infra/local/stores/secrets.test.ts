import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { storeSecrets } from '../../../../infra/local/stores/secrets.ts';
import { temporaryState } from '../temporary-state.ts';

let state: string;
let remove: () => void;

beforeEach(() => ({ state, remove } = temporaryState()));
afterEach(() => remove());

test('are made once for each state, and are its owner alone to read', () => {
  const secrets = storeSecrets(state);
  expect(storeSecrets(state)).toEqual(secrets);
  expect(new Set(Object.values(secrets)).size).toBe(3);
  expect(statSync(join(state, 'secrets.json')).mode & 0o077).toBe(0);
  expect(readdirSync(state)).toEqual(['secrets.json']);
});
