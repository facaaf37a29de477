import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStores } from '../../infra/local/stores/start-stores.ts';
import { connectMysql } from '../../lib/adapters/mysql/connection.ts';
import { insertAuthor } from '../lib/adapters/mysql/tool-record.ts';
import { prepareStores } from './crash-stores.ts';
import { openTrials, works } from './crash-trial.ts';

/*
 * `npm run faults:tools`: every change of tools, the relay and the sweeper, killed with SIGKILL before and after whatever is sent to a store (each statement, BEGIN and COMMIT among them), one process for each point; then a restart.
 * No entry of history may be lost or doubled.
 */

const state = mkdtempSync(join(tmpdir(), 'mcp-crash-'));
const cache = fileURLToPath(new URL('../../.local/debian', import.meta.url));
const stores = await startStores({ state, cache, env: process.env, report: () => undefined, lost: console.error });
const env = await prepareStores(stores.urls, 'crash');
const mysql = connectMysql({ url: stores.urls.mysql, pool: 1 });
const trials = await openTrials(env, await insertAuthor(mysql));
const total = { points: 0, hit: 0, wrong: 0 };
for (const work of works) {
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
  process.stdout.write(
    `${work.padEnd(8)} ${seen.hit} of ${points.length} points hit, ${seen.wrong.length} entries lost or doubled\n`,
  );
  for (const line of seen.wrong) process.stdout.write(`  ${line}\n`);
}
await trials.close();
await mysql.end();
await stores.stop();
rmSync(state, { recursive: true, force: true });
process.stdout.write(`${total.hit} of ${total.points} crash points hit, ${total.wrong} entries lost or doubled\n`);
process.exit(total.wrong === 0 && total.hit === total.points ? 0 : 1);
