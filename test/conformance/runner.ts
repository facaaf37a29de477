import { runProgram } from '../../infra/program.ts';
import { runReplica } from '../infra/runner/running-replica.ts';
import { repeatSuite, suiteOptions } from './repeat-suite.ts';

const program = {
  name: 'conformance',
  about: 'The conformance suite against the runner itself, with the fixture server behind it.',
  options: suiteOptions,
} as const;

await runProgram(program, async ({ options }) => {
  const running = await runReplica();
  await repeatSuite(running.mcp, running.headers, options);
  await running.stop();
});
