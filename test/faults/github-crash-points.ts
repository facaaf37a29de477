import { runProgram } from '../../infra/program.ts';
import { connectMysql } from '../../lib/adapters/mysql/connection.ts';
import { insertAuthor } from '../lib/adapters/mysql/tool-record.ts';
import { prepareStores } from './crash-stores.ts';
import { githubWorks, openGithubTrials } from './github-crash-trial.ts';
import { runCrashPoints } from './run-crash-points.ts';

const program = {
  name: 'faults:github',
  options: { only: { value: '<work>', about: `One of ${githubWorks.join(', ')}; default: all.` } },
  about:
    "A push on its way from the webhook to the tool's revision, killed with SIGKILL before and after whatever changes a store, one process for each point; then the platform runs on. The tool must be at the pushed commit, by one revision.",
} as const;

await runProgram(program, ({ options: { only } }) =>
  runCrashPoints(
    githubWorks.filter((work) => only === undefined || work === only),
    async (urls) => {
      const env = await prepareStores(urls, 'github');
      const mysql = connectMysql({ url: urls.mysql, pool: 1 });
      const author = await insertAuthor(mysql);
      await mysql.end();
      return openGithubTrials(env, author);
    },
    'revisions lost or doubled',
  ),
);
