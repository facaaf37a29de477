import { JobPostponed } from '../tasks/run-job.ts';
import { problemOf } from './host-problems.ts';
import { HostError } from './source-host.ts';

/** What a task ends its attempt with. Where the host wants to be asked later, the task waits so long without a worker. */
export function failureOf(error: unknown): unknown {
  if (!(error instanceof HostError) || error.kind !== 'limited') return problemOf(error);
  return new JobPostponed(error.retryAfterSeconds ?? 60, error.message);
}
