import { loadUse } from '../../infra/discover-uses.ts';
import { createRuntime } from '../../lib/services.ts';
import { publishChanges } from './publish-changes.ts';
import { sweepOutbox } from '../../lib/outbox/sweep-outbox.ts';
import { createTool } from '../../lib/tools/create-tool.ts';
import { deleteTool } from '../../lib/tools/delete-tool.ts';
import { importTools } from '../../lib/tools/import-tools.ts';
import { restoreTool } from '../../lib/tools/restore-tool.ts';
import { CreateTool } from '../../lib/tools/schema.ts';
import { updateTool } from '../../lib/tools/update-tool.ts';
import { crashPoints } from './crash-points.ts';
import { describeNothing, type Trial } from './crash-trial.ts';

/*
 * Does one thing in a process of its own and kills itself with SIGKILL at one point: before or after whatever is sent to a
 * store. The vendors' clients are wrapped here; the product knows nothing of it.
 */

const trial = JSON.parse(process.argv[2] ?? '{}') as Trial;
const { names, watchClients } = crashPoints(trial.killAt);

const host = createRuntime({
  env: process.env,
  load: loadUse,
  apiDescription: describeNothing,
  write: () => undefined,
});
const all = await host.services([
  'mysql',
  'mongo',
  'redis',
  'queues',
  'sessions',
  'live',
  'sockets',
  'secrets',
  'quotas',
  'settings',
]);
watchClients();

const { caller, slug } = trial;
const server = { name: 's', command: 'npx', env: { API_KEY: 'sk-proj-0123456789abcdefghijklmnopqrstuvwxyz' } };
const works: Readonly<Record<Trial['work'], () => Promise<unknown>>> = {
  create: () =>
    createTool(all, caller, CreateTool.parse({ name: 'New', slug, version: '1.0.0', config: { servers: [server] } })),
  update: () => updateTool(all, caller, slug, { version: '2.0.0', config: { servers: [server] } }, undefined),
  delete: () => deleteTool(all, caller, slug, undefined),
  restore: () => restoreTool(all, caller, slug, 1, undefined),
  import: () =>
    importTools(all, caller, {
      text: JSON.stringify({ mcpServers: { [slug]: server, [`${slug}-b`]: server } }),
      contentType: undefined,
      isDryRun: false,
    }),
  relay: () => publishChanges(all, trial.ids),
  sweep: () => sweepOutbox(all, new Date(Date.now() + 60_000)),
};
await works[trial.work]();
process.stdout.write(JSON.stringify(names));
process.exit(0);
