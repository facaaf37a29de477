import { runProgram } from '../../infra/program.ts';
import { prepareStores } from './crash-stores.ts';
import { jobWorks, openJobTrials } from './jobs-crash-trial.ts';
import { runCrashPoints } from './run-crash-points.ts';

const program = {
  name: 'faults:jobs',
  about:
    'Submitting, running, sweeping, cancelling, marking and redriving, killed with SIGKILL before and after each call to an adapter; then time passes and the platform runs on. Every task must end, none twice, none held longer than its lease.',
} as const;

await runProgram(program, () =>
  runCrashPoints(
    jobWorks,
    async (urls) => openJobTrials(await prepareStores(urls, 'jobs')),
    'tasks lost, doubled or stuck',
  ),
);
