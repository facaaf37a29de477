import type { Reporter, TestCase, TestModule } from 'vitest/node';

/*
 * Nothing happens in silence: what did not run is listed at the end, and so is what passed only when it was tried again. A test that needs something says so in its name.
 */

const longest = 200;

export default class SilentTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    list(
      'skipped',
      tests.filter((test) => test.result().state === 'skipped'),
    );
    list(
      'passed only when tried again',
      tests.filter((test) => test.diagnostic()?.flaky),
    );
  }
}

function list(what: string, tests: readonly TestCase[]): void {
  if (tests.length === 0) return;
  const lines = tests.slice(0, longest).map(({ module, fullName }) => `  ${module.relativeModuleId}: ${fullName}`);
  const rest = tests.length > longest ? `\n  and ${tests.length - longest} more` : '';
  process.stdout.write(
    `\n${tests.length} ${tests.length === 1 ? 'test' : 'tests'} ${what}:\n${lines.join('\n')}${rest}\n`,
  );
}
