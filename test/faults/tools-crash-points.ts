import { runProgram } from '../../infra/program.ts';
import { connectMysql } from '../../lib/adapters/mysql/connection.ts';
import { insertAuthor } from '../lib/adapters/mysql/tool-record.ts';
import { prepareStores } from './crash-stores.ts';
import { openTrials, works } from './crash-trial.ts';
import { runCrashPoints } from './run-crash-points.ts';

const program = {
  name: 'faults:tools',
  about:
    'Every change of tools, the relay and the sweeper, killed with SIGKILL before and after whatever is sent to a store (each statement, BEGIN and COMMIT among them); then a restart. No entry of history may be lost or doubled.',
} as const;

await runProgram(program, () =>
  runCrashPoints(
    works,
    async (urls) => {
      const env = await prepareStores(urls, 'crash');
      const mysql = connectMysql({ url: urls.mysql, pool: 1 });
      const author = await insertAuthor(mysql);
      await mysql.end();
      return openTrials(env, author);
    },
    'entries lost or doubled',
  ),
);
