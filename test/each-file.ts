import { afterAll, beforeAll, beforeEach } from 'vitest';
import { stopAll } from './after-file.ts';
import { forgetTrouble, showTrouble } from './trouble.ts';

/* Runs before each test file. */

beforeAll(forgetTrouble);
beforeEach(({ onTestFailed }) => {
  onTestFailed(showTrouble);
});
afterAll(stopAll);
