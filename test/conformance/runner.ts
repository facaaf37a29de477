import { parseArgs } from 'node:util';
import { runReplica } from '../infra/runner/running-replica.ts';
import { runSuite } from './run-suite.ts';
import { startShim } from './shim.ts';

// The conformance suite against the runner itself, with the fixture server behind it.
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1' }, requirements: { type: 'string', default: '2025-11-25' } },
});
const running = await runReplica();
const shim = await startShim(running.mcp, running.headers);
let failed = 0;
for (let run = 1; run <= Number(values.runs); run += 1) {
  const { passed, ms, output } = await runSuite(shim.url, values.requirements);
  if (!passed) failed += 1;
  const summary = output.slice(output.lastIndexOf('=== ') === -1 ? 0 : output.lastIndexOf('=== '));
  console.log(passed ? summary.trimEnd() : output);
  console.log(`run ${run}: ${passed ? 'all required scenarios' : 'FAILED'} in ${(ms / 1_000).toFixed(1)} s\n`);
}
await shim.stop();
await running.stop();
process.exit(failed === 0 ? 0 : 1);
