import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { openQueues } from '../../lib/adapters/queue/sqs.ts';
import { newId } from '../../lib/kernel/ids.ts';
import { readSettings } from '../../lib/kernel/settings/settings.ts';
import { loadUse } from '../../infra/discover-uses.ts';
import { queueVariables } from '../../lib/uses/variables/queues.ts';
import { createRuntime } from '../../lib/services.ts';
import { leaseMs } from '../../lib/tasks/attempt.ts';
import { markDeadLetters, redrive } from '../../lib/tasks/dead-letters.ts';
import { JobRequested } from '../../events/job-requested.ts';
import { type Job, type JobDone, runJob } from '../../lib/tasks/run-job.ts';
import { submitTask } from '../../lib/tasks/submit-task.ts';
import { sweepTasks } from '../../lib/tasks/sweep-tasks.ts';
import { describeNothing } from './crash-trial.ts';
import { runTrial } from './run-trial.ts';

export const jobWorks = ['submit', 'run', 'sweep', 'cancel', 'mark', 'redrive'] as const;

export interface JobTrial {
  readonly work: (typeof jobWorks)[number];
  readonly killAt?: number;
  readonly ownerId: string;
  readonly taskId: string;
}

export const jobUses = ['mongo', 'queues', 'deadLetters', 'secrets', 'live', 'sockets'] as const;

/** What the trial's jobs do: two steps, and an effect that is keyed by the task. */
export interface Effects {
  leave(taskId: string): Promise<void>;
}

export async function trialJob(effects: Effects, { taskId, step }: Job): Promise<JobDone> {
  await step(30, 'First step.');
  await effects.leave(taskId);
  await step(60, 'Second step.');
  return { result: { done: taskId }, message: 'Done.' };
}

export function mongoEffects(client: MongoClient): Effects {
  const effects = client.db().collection<{ _id: string }>('effects');
  return {
    leave: async (taskId) => {
      await effects.updateOne({ _id: taskId }, { $setOnInsert: { left: 1 } }, { upsert: true });
    },
  };
}

const child = fileURLToPath(new URL('jobs-crash-child.ts', import.meta.url));
const silent = { set: () => undefined, warn: () => undefined };

interface TaskDocument {
  readonly _id: string;
  readonly owner_id: string;
  readonly status: string;
  readonly attempts: number;
  readonly lease_until?: Date;
}

/** Kills of one piece of the job machinery at each of its points, and how its task ends after the restart. */
export async function openJobTrials(env: NodeJS.ProcessEnv) {
  const host = createRuntime({ env, load: loadUse, apiDescription: describeNothing, write: () => undefined });
  const services = await host.services(jobUses);
  const queues = openQueues(readSettings(env, queueVariables));
  const mongo = await new MongoClient(String(env['MONGODB_URI'])).connect();
  const tasks = mongo.db().collection<TaskDocument>('task_results');
  const effects = mongoEffects(mongo);
  const job = { type: 'trial', queue: 'analysis', input: {}, message: 'Waiting.' } as const;

  /** The task that the work is about, in the state that the work expects. */
  async function prepare({ work, ownerId }: Pick<JobTrial, 'work' | 'ownerId'>): Promise<string> {
    if (work === 'submit') return newId();
    const isSent = work === 'run' || work === 'cancel';
    const jobs = isSent ? services.jobs : { send: async () => undefined };
    const { task_id } = await submitTask({ ...services, jobs }, { ...job, ownerId });
    if (work === 'mark' || work === 'redrive') await queues.send('analysis-dlq', { task_id });
    if (work === 'redrive')
      await untilVisible(() => markDeadLetters(services).then(({ dead_letters }) => dead_letters));
    return task_id;
  }

  /** What a platform does that runs on: time passes, the sweeper sweeps, workers work, an operator redrives. */
  async function recover(ownerId: string): Promise<void> {
    for (let idle = 0; idle < 2;) {
      const past = new Date(Date.now() - 1000);
      await tasks.updateMany({ owner_id: ownerId, due_at: { $exists: true } }, { $set: { due_at: past } });
      await tasks.updateMany({ owner_id: ownerId, lease_until: { $exists: true } }, { $set: { lease_until: past } });
      const { resent } = await sweepTasks(services, new Date());
      const messages = await queues.receive('analysis', 30);
      for (const { body, receiptHandle } of messages) {
        const message = JobRequested.parse(JSON.parse(body));
        await runJob(services, { message, attempt: 1, log: silent }, (each) => trialJob(effects, each));
        await queues.remove('analysis', receiptHandle);
      }
      idle = resent === 0 && messages.length === 0 ? idle + 1 : 0;
    }
  }

  async function wrong({ work, ownerId }: JobTrial, killedAt: number): Promise<string[]> {
    const atKill = await tasks.find({ owner_id: ownerId }).toArray();
    const held = atKill.filter(({ lease_until }) => lease_until && lease_until.getTime() > killedAt + leaseMs + 100);
    await recover(ownerId);
    if (work === 'mark' || work === 'redrive') {
      await untilVisible(() => redrive(services, 'analysis').then(({ sent }) => sent), 7000);
      await recover(ownerId);
    }
    const ended = await tasks.find({ owner_id: ownerId }).toArray();
    const left = await mongo.db().collection<{ _id: string }>('effects').find().toArray();
    const allowed = work === 'cancel' ? ['completed', 'cancelled'] : ['completed'];
    return [
      ...held.map(({ _id }) => `${_id} is held longer than its lease`),
      ...ended.filter(({ status }) => !allowed.includes(status)).map(({ _id, status }) => `${_id} is ${status}`),
      ...ended.filter(({ attempts }) => attempts > 2).map(({ _id, attempts }) => `${_id} took ${attempts} attempts`),
      ...ended
        .filter(({ _id, status }) => status === 'completed' && !left.some((effect) => effect._id === _id))
        .map(({ _id }) => `${_id} is completed without its effect`),
      ...(ended.length > 1 || (work !== 'submit' && ended.length === 0) ? [`${ended.length} tasks`] : []),
    ];
  }

  return {
    /** One run of `work`, killed at a point or not at all; then the restart. */
    async attempt(work: JobTrial['work'], killAt?: number) {
      const ownerId = newId();
      const taskId = await prepare({ work, ownerId });
      const trial: JobTrial = { work, ownerId, taskId, ...(killAt !== undefined && { killAt }) };
      const { killed, points, said } = await runTrial(child, trial, env);
      if (!killed && points.length === 0) throw new Error(`${work} failed: ${said}`);
      return { killed, points, wrong: await wrong(trial, Date.now()) };
    },
    close: () => mongo.close(),
  };
}

/** Letters that somebody has looked at are hidden for some seconds. */
async function untilVisible(look: () => Promise<number>, patienceMs = 20_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while ((await look()) === 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 250));
}
