import { runSuite } from './run-suite.ts';
import { type Renaming, startShim } from './shim.ts';

export const suiteOptions = {
  runs: { from: 1, to: 1000, default: 1, about: 'How often the suite runs.' },
  requirements: { value: '<revision>', default: '2025-11-25', about: 'The revision of MCP that is required.' },
} as const;

/** Runs the conformance suite against an endpoint, which gets these headers, and prints each run; sets the exit code to 1 when one failed. */
export async function repeatSuite(
  endpoint: URL,
  headers: Record<string, string>,
  { runs, requirements }: { readonly runs: number; readonly requirements: string },
  renaming?: Renaming,
): Promise<void> {
  const shim = await startShim(endpoint, headers, renaming);
  for (let run = 1; run <= runs; run += 1) {
    const { passed, ms, output } = await runSuite(shim.url, requirements);
    if (!passed) process.exitCode = 1;
    const summary = output.slice(Math.max(0, output.lastIndexOf('=== ')));
    console.log(passed ? summary.trimEnd() : output);
    console.log(`run ${run}: ${passed ? 'all required scenarios' : 'FAILED'} in ${(ms / 1_000).toFixed(1)} s\n`);
  }
  await shim.stop();
}
