import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { openQueues } from '../../lib/adapters/queue/sqs.ts';
import type { Caller } from '../../lib/kernel/http/caller.ts';
import type { ApiDescription } from '../../lib/kernel/http/api-description.ts';
import { readSettings } from '../../lib/kernel/settings/settings.ts';
import { sweepOutbox } from '../../lib/outbox/sweep-outbox.ts';
import { publishChanges } from './publish-changes.ts';
import { loadUse } from '../../infra/discover-uses.ts';
import { queueVariables } from '../../lib/uses/variables/queues.ts';
import { createRuntime } from '../../lib/services.ts';
import { createTool } from '../../lib/tools/create-tool.ts';
import { updateTool } from '../../lib/tools/update-tool.ts';
import { runTrial } from './run-trial.ts';

export const works = ['create', 'update', 'delete', 'restore', 'import', 'relay', 'sweep'] as const;

export interface Trial {
  readonly work: (typeof works)[number];
  /** The number of the point to die at; none: it runs to its end and says which points there are. */
  readonly killAt?: number;
  readonly caller: Caller;
  readonly slug: string;
  /** For the relay. */
  readonly ids: readonly string[];
}

export const describeNothing: ApiDescription = {
  openapi: async () => ({}),
  routes: async () => [],
  docsAsset: async () => undefined,
  consoleAsset: async () => undefined,
};

const child = fileURLToPath(new URL('crash-child.ts', import.meta.url));

/** Kills of one piece of work at each of its points, and what is to be seen after the restart. `env` leads to stores that have schema, tables and queues. */
export async function openTrials(env: NodeJS.ProcessEnv, userId: string) {
  const host = createRuntime({ env, load: loadUse, apiDescription: describeNothing, write: () => undefined });
  const services = await host.services([
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
  const queues = openQueues(readSettings(env, queueVariables));
  const mongo = new MongoClient(String(env['MONGODB_URI']));
  const history = mongo.db().collection<{ _id: string; tool_id: string; revision: number }>('mcp_config_history');
  const caller: Caller = { userId, role: 'developer', permissions: [] };

  /** A tool with two revisions, of which nobody was told. */
  async function prepare(slug: string): Promise<string[]> {
    const ids: string[] = [];
    const quiet = { ...services, relay: { send: async (sent: readonly string[]) => void ids.push(...sent) } };
    await createTool(quiet, caller, {
      name: 'A',
      description: '',
      slug,
      version: '1.0.0',
      config: { servers: [] },
      status: 'draft',
    });
    await updateTool(quiet, caller, slug, { name: 'B' }, undefined);
    return ids;
  }

  /** What a restarted platform does: sweeps, and works off its queue, until nothing waits. */
  async function recover(): Promise<void> {
    for (let idle = 0; idle < 2;) {
      const { found } = await sweepOutbox(services, new Date(Date.now() + 60_000));
      const messages = await queues.receive('relay', 30);
      for (const { body, receiptHandle } of messages) {
        await publishChanges(services, (JSON.parse(body) as { outbox_ids: string[] }).outbox_ids);
        await queues.remove('relay', receiptHandle);
      }
      idle = found === 0 && messages.length === 0 ? idle + 1 : 0;
    }
  }

  /** What is lost or doubled of a tool's history. */
  async function wrong(slug: string, expected: number): Promise<string[]> {
    const tool = await services.tools.find(slug, { includeDeleted: true });
    if (!tool) return expected === 0 ? [] : [`${slug} is gone`];
    const told = (await history.find({ tool_id: tool.id }).toArray()).map(({ revision }) => revision);
    const numbers = told.toSorted((a, b) => a - b).join();
    const due = Array.from({ length: tool.revision }, (_, index) => index + 1).join();
    return [
      ...(numbers === due ? [] : [`${slug}: history has ${numbers}, the tool is at ${tool.revision}`]),
      ...(tool.revision < expected ? [`${slug}: revision ${tool.revision} of ${expected}`] : []),
    ];
  }

  return {
    /** One run of `work`, killed at a point or not at all; then the restart. */
    async attempt(work: Trial['work'], killAt?: number) {
      const slug = `c-${randomBytes(8).toString('hex')}`;
      const fresh = work === 'create' || work === 'import';
      const ids = fresh ? [] : await prepare(slug);
      const { killed, points, said } = await runTrial(
        child,
        { work, caller, slug, ids, ...(killAt !== undefined && { killAt }) } satisfies Trial,
        env,
      );
      if (!killed && points.length === 0) throw new Error(`${work} failed: ${said}`);
      await recover();
      const both = (
        await Promise.all([slug, `${slug}-b`].map(async (each) => wrong(each, !fresh && each === slug ? 2 : 0)))
      ).flat();
      const [first, second] = await Promise.all(
        [slug, `${slug}-b`].map((each) => services.tools.find(each, { includeDeleted: true })),
      );
      const halfway =
        work === 'import' && (first === undefined) !== (second === undefined)
          ? [`${slug}: one of two was imported`]
          : [];
      return { killed, points, wrong: [...both, ...halfway] };
    },
    close: () => mongo.close(),
  };
}
