import type { Collection, Db, Filter, UpdateFilter } from 'mongodb';
import type { DueTask, TaskError, TaskFilter, TaskStatus, TaskStore } from '../../tasks/ports.ts';
import { answering } from './errors.ts';
import { type TaskDocument, dueOf, recordOf, summaryOf } from './task-document.ts';

const keptDays = 30;

/** What a task that has ended needs no more. */
const leaveWork = { due_at: '', lease_until: '' } as const;

export function mongoTaskStore(db: Db): TaskStore {
  const tasks = db.collection<TaskDocument>('task_results');
  const change = (filter: Filter<TaskDocument>, update: UpdateFilter<TaskDocument>): Promise<boolean> =>
    answering(async () => (await tasks.updateOne(filter, update)).modifiedCount === 1);

  return {
    async insert({ id, type, queue, ownerId, message, createdAt, input, dueAt }) {
      const document = {
        type,
        queue,
        owner_id: ownerId,
        status: 'pending' as const,
        progress: 0,
        message,
        attempts: 0,
        resends: 0,
        created_at: createdAt,
        due_at: dueAt,
        expires_at: expiry(createdAt),
        input,
      };
      await answering(() => tasks.updateOne({ _id: id }, { $setOnInsert: document }, { upsert: true }));
    },

    find: (id) =>
      answering(async () => {
        const document = await tasks.findOne({ _id: id }, { projection: { input: 0 } });
        return document ? recordOf(document) : undefined;
      }),

    list: (filter, { offset, limit }) => answering(() => list(tasks, conditions(filter), offset, limit)),

    take: (id, { now, until }) =>
      answering(async () => {
        const taken = await tasks.findOneAndUpdate(
          { _id: id, $or: [{ status: 'pending' }, { status: 'running', lease_until: { $lt: now } }] },
          {
            $set: { status: 'running', message: 'Running.', lease_until: until, due_at: until, resends: 0 },
            $min: { started_at: now },
            $inc: { attempts: 1 },
          },
          { returnDocument: 'after' },
        );
        return taken ? { ...recordOf(taken), input: taken.input ?? '' } : undefined;
      }),

    hold: (id, attempt, { until, ...more }) =>
      change(held(id, attempt), { $set: { lease_until: until, due_at: until, ...more } }),

    countActive: (ownerId) =>
      answering(async () => {
        const active = { status: { $in: ['pending', 'running'] } } satisfies Filter<TaskDocument>;
        const [person, total] = await Promise.all([
          tasks.countDocuments({ ...active, owner_id: ownerId }),
          tasks.countDocuments(active),
        ]);
        return { person, total };
      }),

    oldestPending: (queue) =>
      answering(async () => {
        const oldest = await tasks.findOne(
          // What waits has a time when it is due, by which it is found.
          { due_at: { $gt: new Date(0) }, queue, status: 'pending' },
          { sort: { created_at: 1 }, projection: { created_at: 1 } },
        );
        return oldest?.created_at;
      }),

    release: (id, attempt, { message, error, dueAt }) =>
      change(held(id, attempt), {
        $set: { status: 'pending', message, error, due_at: dueAt },
        $unset: { lease_until: '' },
      }),

    finish: (id, attempt, end, at) =>
      change(
        held(id, attempt),
        end.status === 'failed'
          ? failing(end.error, at)
          : {
              $set: {
                status: 'completed',
                progress: 100,
                message: end.message,
                result: JSON.stringify(end.result),
                completed_at: at,
                expires_at: expiry(at),
                ...(end.usage && { usage: end.usage }),
              },
              $unset: { ...leaveWork, input: '', error: '' },
            },
      ),

    giveUp: (id, error, at) =>
      change(
        { _id: id, $or: [{ status: 'pending' }, { status: 'running', lease_until: { $lt: at } }] },
        failing(error, at),
      ),

    cancel: (id, at) =>
      change(
        { _id: id, status: { $in: ['pending', 'running'] } },
        {
          $set: { status: 'cancelled', message: 'Cancelled.', completed_at: at, expires_at: expiry(at) },
          $unset: { ...leaveWork, input: '' },
        },
      ),

    due: (now, limit) =>
      answering(async () =>
        (
          await tasks
            .find({ due_at: { $lte: now } }, { projection: { input: 0, result: 0 } })
            .sort({ due_at: 1 })
            .limit(limit)
            .toArray()
        ).map(dueOf),
      ),

    claimDue: ({ id, dueAt }: DueTask, next) =>
      change({ _id: id, due_at: dueAt }, { $set: { due_at: next }, $inc: { resends: 1 } }),

    reopen: (id, dueAt) =>
      change(
        { _id: id, status: 'failed', input: { $exists: true } },
        {
          $set: { status: 'pending', message: 'Sent again.', progress: 0, attempts: 0, resends: 0, due_at: dueAt },
          $unset: { error: '', completed_at: '', started_at: '' },
        },
      ),
  };
}

function held(id: string, attempt: number): Filter<TaskDocument> {
  return { _id: id, status: 'running', attempts: attempt };
}

function failing(error: TaskError, at: Date): UpdateFilter<TaskDocument> {
  return {
    // The input stays: an operator may send the job again.
    $set: { status: 'failed', message: 'Failed.', error, completed_at: at, expires_at: expiry(at) },
    $unset: leaveWork,
  };
}

function expiry(from: Date): Date {
  return new Date(from.getTime() + keptDays * 86_400_000);
}

function conditions({ ownerId, type, status }: TaskFilter): Filter<TaskDocument> {
  return {
    ...(ownerId !== undefined && { owner_id: ownerId }),
    ...(type !== undefined && { type }),
    ...(status !== undefined && { status: status satisfies TaskStatus }),
  };
}

async function list(tasks: Collection<TaskDocument>, filter: Filter<TaskDocument>, offset: number, limit: number) {
  const [documents, total] = await Promise.all([
    tasks
      .find(filter, { projection: { input: 0, result: 0 } })
      .sort({ _id: -1 })
      .skip(offset)
      .limit(limit)
      .toArray(),
    tasks.countDocuments(filter),
  ]);
  return { items: documents.map(summaryOf), total };
}
