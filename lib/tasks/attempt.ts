import { currentCorrelation } from '../kernel/log/correlation.ts';
import type { LiveServices } from '../live/publish.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { announceTask } from './announce-task.ts';
import type { TakenTask, TaskStore } from './ports.ts';

/** A lease ends this long after its last sign of life. */
export const leaseMs = 30_000;

/** The task was cancelled, or another worker has taken it over: nothing more may be done or written. */
class JobStopped extends Error {
  override readonly name = 'JobStopped';
}

export interface JobServices extends LiveServices {
  readonly tasks: TaskStore;
  readonly encryptor: Encryptor;
}

/** One worker's hold on a task. */
export interface Attempt {
  readonly task: TakenTask;
  /** Fires when the task is cancelled or taken over. */
  readonly signal: AbortSignal;
  /** Reports how far the work is (0–100). @throws JobStopped when it must not go on. */
  readonly step: (progress: number, message: string) => Promise<void>;
  /** Ends the heartbeat. */
  readonly end: () => void;
}

/** Takes a task's lease and keeps it by a heartbeat; undefined when there is nothing to take. */
export async function startAttempt(services: JobServices, taskId: string): Promise<Attempt | undefined> {
  const { tasks } = services;
  const now = new Date();
  const task = await tasks.take(taskId, { now, until: leaseFrom(now) });
  if (!task) return undefined;
  const stopping = new AbortController();
  const hold = async (change: { progress?: number; message?: string }): Promise<void> => {
    if (
      !stopping.signal.aborted &&
      !(await tasks.hold(task.id, task.attempts, { until: leaseFrom(new Date()), ...change }))
    )
      stopping.abort(new JobStopped(`Task ${task.id} is not ours any more.`));
  };
  const heartbeat = setInterval(() => {
    hold({}).catch((error: unknown) =>
      currentCorrelation()?.log.warn('A lease could not be held longer.', { task_id: task.id, error }),
    );
  }, leaseMs / 3);
  return {
    task,
    signal: stopping.signal,
    step: async (progress, message) => {
      await hold({ progress, message });
      stopping.signal.throwIfAborted();
      await announceTask(services, { ...task, progress, message });
    },
    end: () => clearInterval(heartbeat),
  };
}

function leaseFrom(now: Date): Date {
  return new Date(now.getTime() + leaseMs);
}
