import { runProgram } from '../../infra/program.ts';
import { prepareStores } from './crash-stores.ts';
import { knowledgeWorks, openKnowledgeTrials } from './knowledge-crash-trial.ts';
import { runCrashPoints } from './run-crash-points.ts';

const program = {
  name: 'faults:knowledge',
  about:
    'Adding, reading, changing, deleting, indexing with a merge, and embedding, killed with SIGKILL before and after whatever is sent to a store; then the client repeats itself and the platform runs on. Searches must show what is there, the index must score as BM25F does, and nothing may be left.',
} as const;

await runProgram(program, () =>
  runCrashPoints(
    knowledgeWorks,
    async (urls) => openKnowledgeTrials(await prepareStores(urls, 'knowledge')),
    'things wrong or left behind',
  ),
);
