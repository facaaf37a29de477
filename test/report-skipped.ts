import type { Reporter, TestModule } from 'vitest/node';

/* No test is skipped in silence: what did not run is listed at the end. A test that needs something says so in its name. */

export default class SkippedTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map(({ fullName }) => `  ${module.relativeModuleId}: ${fullName}`),
    );
    if (skipped.length === 0) return;
    const lines = skipped.slice(0, 200);
    const rest = skipped.length - lines.length;
    process.stdout.write(
      `\n${skipped.length} tests skipped:\n${lines.join('\n')}${rest > 0 ? `\n  and ${rest} more` : ''}\n`,
    );
  }
}
