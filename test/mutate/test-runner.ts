import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVitest } from 'vitest/node';

export interface TestRunner {
  /** The copy of the project that the tests read. */
  readonly copy: string;
  /** Says that a file of the copy is another one now. */
  changed(file: string): void;
  /** Whether all of these test files pass in the copy as it is. Ends at the first failure of a file. */
  pass(tests: readonly string[]): Promise<boolean>;
  close(): Promise<void>;
}

/** One Vitest for all mutants, on a copy of the project: the stores start once, and only what changed is read again. */
export async function startTestRunner(root: string): Promise<TestRunner> {
  const copy = mkdtempSync(join(tmpdir(), 'mutate-'));
  copyProject(root, copy);
  const vitest = await createVitest('test', {
    root: copy,
    config: join(copy, 'vitest.config.ts'),
    watch: false,
    bail: 1,
    maxWorkers: 2,
    coverage: { enabled: false },
    reporters: [{}],
  });
  await vitest.standalone();
  return {
    copy,
    changed: (file) => vitest.invalidateFile(join(copy, file)),
    pass: async (tests) => {
      const wanted = new Set(tests.map((test) => join(copy, test)));
      const specifications = (await vitest.globTestSpecifications([...tests])).filter(({ moduleId }) =>
        wanted.has(moduleId),
      );
      if (specifications.length !== wanted.size)
        throw new Error(`Some of these are no test files: ${tests.join(', ')}`);
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
      return unhandledErrors.length === 0 && testModules.every((one) => !wanted.has(one.moduleId) || one.ok());
    },
    close: async () => {
      await vitest.close();
      rmSync(copy, { recursive: true, force: true });
    },
  };
}

function copyProject(root: string, copy: string): void {
  const skipped = /^(node_modules|\.git|\.local|cdk\.out|coverage)$/;
  cpSync(root, copy, { recursive: true, filter: (source) => !skipped.test(source.slice(root.length + 1)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  // Unpacked once for the project and all of its copies.
  const packages = join(root, '.local', 'debian');
  mkdirSync(packages, { recursive: true });
  mkdirSync(join(copy, '.local'));
  symlinkSync(packages, join(copy, '.local', 'debian'));
}
