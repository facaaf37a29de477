import { JobRequested } from '../../events/job-requested.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { runGithubJob } from '../../lib/github/run-github-job.ts';
import { runJob } from '../../lib/tasks/run-job.ts';

export const handler = worker({
  queue: 'github',
  summary: 'Brings tools to what their repositories say, and reviews pull requests',
  message: JobRequested,
  uses: ['mysql', 'mongo', 'queues', 'redis', 'secrets', 'settings', 'quotas', 'github', 'live', 'sockets'],
  timeoutSeconds: 120,
  memoryMb: 512,
  run: ({ services, ...delivery }) => runJob(services, delivery, (job) => runGithubJob(services, job)),
});
