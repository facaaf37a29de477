import { defineConfig } from 'vitest/config';
import { times } from './test/runs.ts';

const kind = (name: string, include: string[], exclude: string[] = [], more: object = {}) => ({
  extends: true as const,
  test: { name, include, exclude: ['**/node_modules/**', ...exclude], ...more },
});
/** What builds bundles or starts compilers and linters: no store, but minutes. */
const slow = [
  'test/{check,documents}.test.ts',
  'test/infra/bundle*.test.ts',
  'test/infra/stacks/{nag,stacks}.test.ts',
  'test/every-endpoint/{description,silent-import}.test.ts',
  'test/lib/knowledge/hostile.test.ts',
];
/** Starts the stores once for a run; unit tests do without. */
const onStores = { globalSetup: ['test/global-setup.ts'] };

export default defineConfig({
  test: {
    // Files share a process and what it has imported: most of a file's time would be that import.
    isolate: false,
    setupFiles: ['test/each-file.ts'],
    // Deadlines for what never comes; a busy machine is slow, not wrong. What a worker did not finish may stay hidden in its queue for 180 s.
    testTimeout: 480_000,
    hookTimeout: 480_000,
    expect: { poll: { timeout: 200_000 } },
    maxWorkers: 3,
    reporters: ['default', './test/report-silent.ts'],
    coverage: {
      provider: 'v8',
      include: ['functions/**/*.ts', 'lib/**/*.ts', 'events/**/*.ts', 'infra/**/*.ts'],
      // Runs in a browser, where test/browser uses it.
      exclude: ['functions/console/page/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 80, statements: 80, functions: 80, branches: 80 },
    },
    projects: [
      kind('unit', ['test/**/*.test.ts'], ['test/**/*.{integration,property}.test.ts', ...slow]),
      kind('slow', slow, ['test/**/*.{integration,property}.test.ts']),
      kind('integration', ['test/**/*.integration.test.ts'], [], onStores),
      kind('property', ['test/**/*.property.test.ts'], [], { ...onStores, testTimeout: 480_000 * times }),
    ],
  },
});
