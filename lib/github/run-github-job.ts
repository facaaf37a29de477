import { Problem } from '../kernel/errors/problem.ts';
import type { Job, JobDone } from '../tasks/run-job.ts';
import { type ReviewServices, runReview } from './review/run-review.ts';
import { type RunSyncServices, runSync } from './run-sync.ts';

/** Does what a task on the queue `github` asks for. */
export function runGithubJob(services: RunSyncServices & ReviewServices, job: Job): Promise<JobDone> {
  switch (job.type) {
    case 'github-sync':
      return runSync(services, job);
    case 'github-review':
      return runReview(services, job);
    default:
      throw new Problem('validation-error', { detail: `There is no work of the type ${job.type}.` });
  }
}
