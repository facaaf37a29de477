import { afterAll } from 'vitest';
import { stopAll } from './after-file.ts';

/* Runs before each test file. */

afterAll(stopAll);
