import { MongoClient } from 'mongodb';
import { JobRequested } from '../../events/job-requested.ts';
import { openQueues } from '../../lib/adapters/queue/sqs.ts';
import type { Caller } from '../../lib/kernel/http/caller.ts';
import { readSettings } from '../../lib/kernel/settings/settings.ts';
import { loadUse } from '../../infra/discover-uses.ts';
import { queueVariables } from '../../lib/uses/variables/queues.ts';
import { createRuntime } from '../../lib/services.ts';
import { cancelTask } from '../../lib/tasks/cancel-task.ts';
import { markDeadLetters, redrive } from '../../lib/tasks/dead-letters.ts';
import { runJob } from '../../lib/tasks/run-job.ts';
import { submitTask } from '../../lib/tasks/submit-task.ts';
import { sweepTasks } from '../../lib/tasks/sweep-tasks.ts';
import { crashPoints } from './crash-points.ts';
import { describeNothing } from './crash-trial.ts';
import { type JobTrial, jobUses, mongoEffects, trialJob } from './jobs-crash-trial.ts';

/* Does one thing to a job in a process of its own, and dies at one point. */

const trial = JSON.parse(process.argv[2] ?? '{}') as JobTrial;
const { names, watchClients } = crashPoints(trial.killAt);
const host = createRuntime({
  env: process.env,
  load: loadUse,
  apiDescription: describeNothing,
  write: () => undefined,
});
const all = await host.services(jobUses);
const queues = openQueues(readSettings(process.env, queueVariables));
const effects = mongoEffects(new MongoClient(String(process.env['MONGODB_URI'])));
watchClients();

const { ownerId, taskId } = trial;
const caller: Caller = { userId: ownerId, role: 'developer', permissions: [] };
const works: Readonly<Record<JobTrial['work'], () => Promise<unknown>>> = {
  submit: () => submitTask(all, { type: 'trial', queue: 'analysis', ownerId, input: {}, message: 'Waiting.' }),
  run: async () => {
    for (const { body, receiptHandle } of await queues.receive('analysis', 600)) {
      const message = JobRequested.parse(JSON.parse(body));
      const log = { set: () => undefined, warn: () => undefined };
      await runJob(all, { message, attempt: 1, log }, (job) => trialJob(effects, job));
      await queues.remove('analysis', receiptHandle);
    }
  },
  sweep: () => sweepTasks(all, new Date(Date.now() + 120_000)),
  cancel: () => cancelTask(all, caller, taskId),
  mark: () => markDeadLetters(all),
  redrive: async () => {
    // Somebody has just looked at the letter; it is hidden for some seconds.
    for (let sent = 0; sent === 0;) {
      names.length = 0;
      ({ sent } = await redrive(all, 'analysis'));
    }
  },
};
await works[trial.work]();
process.stdout.write(JSON.stringify(names));
process.exit(0);
