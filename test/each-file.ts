import { afterAll, beforeEach } from 'vitest';
import { stopAll } from './after-file.ts';
import { forgetTrouble, showTrouble } from './trouble.ts';

/* Runs before each test file. */

beforeEach(({ onTestFailed }) => {
  forgetTrouble();
  onTestFailed(showTrouble);
});
afterAll(stopAll);
