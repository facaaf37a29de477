import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { inject } from 'vitest';
import { newEncryptionKeys } from '../../../infra/local/encryption-key.ts';
import { createIndexes } from '../../../lib/adapters/mongo/create-indexes.ts';
import { mongoTaskStore } from '../../../lib/adapters/mongo/tasks.ts';
import { readSettings } from '../../../lib/kernel/settings/settings.ts';
import { use as secretsUse } from '../../../lib/uses/secrets.ts';
import type { LiveEvent } from '../../../events/live-event.ts';
import { readEncryptor } from '../../../lib/secrets/encryptor.ts';
import type { JobServices } from '../../../lib/tasks/attempt.ts';
import { type Job, type JobDone, runJob } from '../../../lib/tasks/run-job.ts';
import { submitTask } from '../../../lib/tasks/submit-task.ts';
import { afterFile } from '../../after-file.ts';

/* Tasks in a MongoDB database of the test file's own; messages are kept in a list, live events too. */

export async function startJobs() {
  const url = new URL(inject('stores').mongodb);
  url.pathname = `/jobs_${randomBytes(5).toString('hex')}`;
  const client = await new MongoClient(url.href).connect();
  afterFile(async () => {
    await client.db().dropDatabase();
    await client.close();
  });
  const db = client.db();
  await createIndexes(db);
  const sent: string[] = [];
  const heard: LiveEvent[] = [];
  const services: JobServices = {
    tasks: mongoTaskStore(db),
    encryptor: readEncryptor(readSettings({ ENCRYPTION_KEYS: newEncryptionKeys() }, secretsUse.variables)),
    liveLog: {
      append: async (_key, event) => {
        heard.push(event);
        return { id: String(heard.length), place: heard.length, event };
      },
      head: async () => heard.length,
      find: async () => undefined,
      since: async (after) => ({ events: [], upTo: after }),
    },
    fanOut: {
      acquire: async () => ({ token: '', upTo: heard.length, until: Infinity }),
      advance: async () => Infinity,
      release: async () => undefined,
      reached: async () => heard.length,
    },
    connections: {
      open: async () => undefined,
      find: async () => undefined,
      subscribe: async () => undefined,
      unsubscribe: async () => undefined,
      close: async () => undefined,
      subscribers: async () => [],
    },
    sockets: { post: async () => true, close: async () => undefined },
  };
  const jobs = { send: async (_queue: string, { task_id }: { task_id: string }) => void sent.push(task_id) };
  return {
    ...services,
    services,
    jobs,
    sent,
    heard,
    documents: db.collection<{ _id: string }>('task_results'),
    submit: async (input: unknown = {}, ownerId: string = crypto.randomUUID()) =>
      (
        await submitTask(
          { ...services, jobs },
          { type: 'trial', queue: 'analysis', ownerId, input, message: 'Waiting.' },
        )
      ).task_id,
    run: (task_id: string, work: (job: Job) => Promise<JobDone>, receive = 1) =>
      runJob(
        services,
        {
          message: { task_id },
          attempt: receive,
          log: { set: () => undefined, warn: () => undefined },
        },
        work,
      ),
    /** As if so many milliseconds had passed for this task. */
    age: async (task_id: string, ms: number) => {
      const tasks = db.collection<{ _id: string }>('task_results');
      const document: object = (await tasks.findOne({ _id: task_id })) ?? {};
      const earlier = Object.entries(document).flatMap(([name, value]: [string, unknown]) =>
        value instanceof Date ? [[name, new Date(value.getTime() - ms)]] : [],
      );
      await tasks.updateOne({ _id: task_id }, { $set: Object.fromEntries(earlier) as object });
    },
  };
}
