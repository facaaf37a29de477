import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { GithubEvent } from '../../events/github-event.ts';
import { JobRequested } from '../../events/job-requested.ts';
import { loadUse } from '../../infra/discover-uses.ts';
import { openQueues, type Queues } from '../../lib/adapters/queue/sqs.ts';
import { connectRepository } from '../../lib/github/connect-repository.ts';
import { handleEvent } from '../../lib/github/handle-event.ts';
import { receiveDelivery } from '../../lib/github/receive-delivery.ts';
import { reconcileConnections } from '../../lib/github/reconcile-connections.ts';
import { queueSync } from '../../lib/github/request-sync.ts';
import { runGithubJob } from '../../lib/github/run-github-job.ts';
import type { Caller } from '../../lib/kernel/http/caller.ts';
import { readSettings } from '../../lib/kernel/settings/settings.ts';
import { sweepOutbox } from '../../lib/outbox/sweep-outbox.ts';
import { createRuntime } from '../../lib/services.ts';
import { runJob } from '../../lib/tasks/run-job.ts';
import { sweepTasks } from '../../lib/tasks/sweep-tasks.ts';
import { queueVariables } from '../../lib/uses/variables/queues.ts';
import { deliveryHeaders, GithubStandIn, sign } from '../fixtures/github/stand-in.ts';
import { serverJson } from '../functions/github/server-json.ts';
import { waitUntil } from '../wait-until.ts';
import { describeNothing } from './crash-trial.ts';
import { publishChanges } from './publish-changes.ts';
import { type EndedTrial, runTrial } from './run-trial.ts';

/** From the webhook to the revision: the answer to the delivery, its worker, and the job that syncs; and the first sync of a connection, which makes its tool, with a push behind it. */
export const githubWorks = ['receive', 'handle', 'sync', 'first'] as const;

export interface GithubTrial {
  readonly work: (typeof githubWorks)[number];
  readonly killAt?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export async function githubServices(env: NodeJS.ProcessEnv) {
  const host = createRuntime({ env, load: loadUse, apiDescription: describeNothing, write: () => undefined });
  return host.services([
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
    'github',
    'deliveries',
  ]);
}
type Services = Awaited<ReturnType<typeof githubServices>>;

const nothing = { headers: {}, body: '' };
const silent = { set: () => undefined, warn: () => undefined };
/** What a killed worker had received is there again after this. */
const hiddenSeconds = 1;

export async function doWork(
  services: Services,
  queues: Queues,
  { work, headers, body }: GithubTrial,
): Promise<number> {
  if (work === 'receive') {
    await receiveDelivery(services, { headers, body, connectionId: undefined });
    return 1;
  }
  const queue = work === 'handle' ? 'github-events' : 'github';
  const messages = await queues.receive(queue, hiddenSeconds);
  for (const { body: sent, receiptHandle } of messages) {
    const message: unknown = JSON.parse(sent);
    if (work === 'handle') await handleEvent(services, GithubEvent.parse(message));
    else
      await runJob(services, { message: JobRequested.parse(message), attempt: 1, log: silent }, (job) =>
        runGithubJob(services, job),
      );
    await queues.remove(queue, receiptHandle);
  }
  return messages.length;
}

const child = fileURLToPath(new URL('github-crash-child.ts', import.meta.url));

/** Kills of one piece of the way at each of its points, and what is to be seen after the restart. */
export async function openGithubTrials(stores: NodeJS.ProcessEnv, userId: string) {
  const github = await GithubStandIn.start();
  github.tokens.set('github_pat_crash', { role: 'read' });
  // Each attempt is a connection and a tool of its own.
  const QUOTAS = JSON.stringify({ connections: 10_000, tools: 10_000 });
  const env: NodeJS.ProcessEnv = { ...stores, GITHUB_API_URL: github.url, QUOTAS };
  const services = await githubServices(env);
  const queues = openQueues(readSettings(env, queueVariables));
  const mongo = await new MongoClient(String(env['MONGODB_URI'])).connect();
  const caller: Caller = { userId, role: 'developer', permissions: [] };
  let made = 0;

  /** A connection whose first sync is asked for; `push` makes the next commit and the delivery that comes of it. */
  async function connect() {
    made += 1;
    const name = `acme/crash-${made}`;
    const repository = await github.addRepository(name, { 'server.json': serverJson('1.0.0') });
    const { connection_id: id, webhook } = await connectRepository(services, caller, {
      repository_url: `https://github.com/${name}`,
      access_token: 'github_pat_crash',
    });
    await queueSync(services, { id, ownerId: userId });
    const push = async () => {
      const after = await repository.git.commit('main', { 'server.json': serverJson('1.1.0') });
      const body = JSON.stringify({ ref: 'refs/heads/main', after, repository: { id: repository.id } });
      return { after, body, headers: deliveryHeaders('push', randomUUID(), sign(webhook.secret, body)) };
    };
    return { id, push };
  }

  /** What a platform does that runs on: time passes, the sweepers sweep, the workers work, until nothing waits and nobody holds anything. */
  async function recover(): Promise<void> {
    const tasks = mongo.db().collection('task_results');
    await waitUntil(
      'the queues are empty',
      async () => {
        const past = new Date(Date.now() - 1000);
        await tasks.updateMany({ due_at: { $exists: true } }, { $set: { due_at: past } });
        await tasks.updateMany({ lease_until: { $exists: true } }, { $set: { lease_until: past } });
        const { resent } = await sweepTasks(services, new Date());
        const { found } = await sweepOutbox(services, new Date(Date.now() + 60_000));
        const relayed = await queues.receive('relay', hiddenSeconds);
        for (const { body, receiptHandle } of relayed) {
          await publishChanges(services, (JSON.parse(body) as { outbox_ids: string[] }).outbox_ids);
          await queues.remove('relay', receiptHandle);
        }
        const handled = await doWork(services, queues, { ...nothing, work: 'handle' });
        const synced = await doWork(services, queues, { ...nothing, work: 'sync' });
        if (resent + found + relayed.length + handled + synced > 0) return false;
        const depths = await Promise.all(['relay', 'github-events', 'github'].map((queue) => queues.depth(queue)));
        return depths.every(({ waiting, inFlight }) => waiting + inFlight === 0);
      },
      60_000,
    );
  }

  async function wrong(id: string, head: string, revisions: readonly string[]): Promise<string[]> {
    const connection = await services.githubConnections.find(id);
    const tool = connection?.toolId === undefined ? undefined : await services.tools.find(connection.toolId);
    if (!connection || !tool) return ['the connection has no tool'];
    const history = mongo.db().collection<{ revision: number }>('mcp_config_history').find({ tool_id: tool.id });
    const kept = (await history.toArray()).map(({ revision }) => revision).toSorted((a, b) => a - b);
    const tools = (await services.tools.slugsLike('weather')).length;
    return [
      ...(connection.lastSyncSha === head ? [] : [`in step with ${connection.lastSyncSha}, the head is ${head}`]),
      ...(connection.wantedGeneration === connection.syncedGeneration ? [] : ['a sync is owed']),
      ...(tool.version === '1.1.0' ? [] : [`revision ${tool.revision}, version ${tool.version}`]),
      ...(revisions.includes(kept.join()) && kept.at(-1) === tool.revision ? [] : [`history has ${kept.join()}`]),
      ...(tools === made ? [] : [`${tools} tools of ${made} connections`]),
    ];
  }

  return {
    /** One run of `work`, killed at a point or not at all; then the restart, and the same delivery once more. */
    async attempt(work: GithubTrial['work'], killAt?: number) {
      const { id, push } = await connect();
      const inChild = (delivery: Pick<GithubTrial, 'headers' | 'body'>) =>
        runTrial(child, { work, ...delivery, ...(killAt !== undefined && { killAt }) }, env);
      const receive = (delivery: Pick<GithubTrial, 'headers' | 'body'>) =>
        doWork(services, queues, { ...delivery, work: 'receive' });
      let ended: EndedTrial | undefined;
      if (work === 'first') ended = await inChild(nothing);
      else await recover();
      const delivery = await push();
      if (work !== 'receive') await receive(delivery);
      if (work === 'sync') await doWork(services, queues, { ...nothing, work: 'handle' });
      ended ??= await inChild(delivery);
      const { killed, points, said } = ended;
      if (!killed && points.length === 0) throw new Error(`${work} failed: ${said}`);
      await reconcileConnections(services, new Date(Date.now() + 20 * 60_000));
      await recover();
      await receive(delivery);
      await recover();
      // A draft that was not made before the push is made of it.
      const revisions = work === 'first' ? ['1', '1,2'] : ['1,2'];
      const found = await wrong(id, delivery.after, revisions);
      // The looks of the next attempts would be at this one too.
      await services.githubConnections.remove(id, []);
      return { killed, points, wrong: found };
    },
    async close(): Promise<void> {
      await mongo.close();
      await github.stop();
    },
  };
}
