import { currentCorrelation } from '../kernel/log/correlation.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { TaskError } from './ports.ts';

/** Whether another attempt would end the same way: what the caller sent or may do is at fault. */
export function isFinal(error: unknown): error is Problem {
  return error instanceof Problem && error.status < 500 && error.status !== 429;
}

/** A failure as the task's owner may read it. `attempts` when there were several and this was the last. */
export function reasonOf(error: unknown, attempts?: number): TaskError {
  const { code, detail } =
    error instanceof Problem
      ? { code: error.code, detail: error.options.detail ?? error.title }
      : { code: 'INTERNAL_ERROR', detail: `Something went wrong on our side${requestHint()}.` };
  return { error_code: code, detail: attempts === undefined ? detail : `${gaveUpAfter(attempts)} ${detail}` };
}

/** For a task whose workers died without a word. */
export function silentDeath(attempts: number): TaskError {
  return {
    error_code: 'JOB_LOST',
    detail: `${gaveUpAfter(attempts)} Each time the worker ended without an answer, probably because it ran out of time or memory. Try again with a smaller configuration, or ask the operator.`,
  };
}

/** For a task that no worker has taken up. */
export const neverStarted: TaskError = {
  error_code: 'JOB_NOT_STARTED',
  detail: 'No worker took the task up within a day. Submit it again; if that does not help, ask the operator.',
};

/** For a task whose message was received too often without an attempt being noted. */
export const deadLettered: TaskError = {
  error_code: 'JOB_DEAD_LETTERED',
  detail: 'The job failed each time and was set aside. The operator can send it again; or submit it anew.',
};

function gaveUpAfter(attempts: number): string {
  return `Gave up after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}.`;
}

function requestHint(): string {
  const requestId = currentCorrelation()?.requestId;
  return requestId === undefined ? '' : ` (request ${requestId})`;
}
