import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStores } from '../../infra/local/stores/start-stores.ts';
import { connectMysql } from '../../lib/adapters/mysql/connection.ts';
import { insertAuthor } from '../lib/adapters/mysql/tool-record.ts';
import { prepareStores } from './crash-stores.ts';
import { githubWorks, openGithubTrials } from './github-crash-trial.ts';

/*
 * `npm run faults:github`: a push on its way from the webhook to the tool's revision, killed with SIGKILL before and after whatever is sent to a store or to the host, one process for
 * each point; then the platform runs on. The tool must be at the pushed commit, by one revision.
 */

const state = mkdtempSync(join(tmpdir(), 'mcp-github-'));
const cache = fileURLToPath(new URL('../../.local/debian', import.meta.url));
const stores = await startStores({ state, cache, env: process.env, report: () => undefined, lost: console.error });
const env = await prepareStores(stores.urls, 'github');
const mysql = connectMysql({ url: stores.urls.mysql, pool: 1 });
const trials = await openGithubTrials(env, await insertAuthor(mysql));
const total = { points: 0, hit: 0, wrong: 0 };
for (const work of githubWorks) {
  const { points, wrong: before } = await trials.attempt(work);
  const seen = { hit: 0, wrong: [...before] };
  for (const [index, name] of points.entries()) {
    const { killed, wrong } = await trials.attempt(work, index + 1);
    seen.hit += killed ? 1 : 0;
    seen.wrong.push(...wrong.map((what) => `killed ${name}: ${what}`));
  }
  total.points += points.length;
  total.hit += seen.hit;
  total.wrong += seen.wrong.length;
  process.stdout.write(`${work.padEnd(8)} ${seen.hit} of ${points.length} points hit, ${seen.wrong.length} wrong\n`);
  for (const line of seen.wrong) process.stdout.write(`  ${line}\n`);
}
await trials.close();
await mysql.end();
await stores.stop();
rmSync(state, { recursive: true, force: true });
process.stdout.write(`${total.hit} of ${total.points} crash points hit, ${total.wrong} pushes lost or doubled\n`);
process.exit(total.wrong === 0 && total.hit === total.points ? 0 : 1);
