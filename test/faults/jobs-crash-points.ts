import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStores } from '../../infra/local/stores/start-stores.ts';
import { prepareStores } from './crash-stores.ts';
import { jobWorks, openJobTrials } from './jobs-crash-trial.ts';

/*
 * `npm run faults:jobs`: submitting, running, sweeping, cancelling, marking and redriving, killed with SIGKILL before and after each call to an adapter, one process for
 * each point; then time passes and the platform runs on. Every task must end, none twice, none held longer than its lease.
 */

const state = mkdtempSync(join(tmpdir(), 'mcp-jobs-'));
const cache = fileURLToPath(new URL('../../.local/debian', import.meta.url));
const stores = await startStores({ state, cache, env: process.env, report: () => undefined, lost: console.error });
const trials = await openJobTrials(await prepareStores(stores.urls, 'jobs'));
const total = { points: 0, hit: 0, wrong: 0 };
for (const work of jobWorks) {
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
await stores.stop();
rmSync(state, { recursive: true, force: true });
process.stdout.write(`${total.hit} of ${total.points} crash points hit, ${total.wrong} tasks lost, doubled or stuck\n`);
process.exit(total.wrong === 0 && total.hit === total.points ? 0 : 1);
