import { JobRequested } from '../../events/job-requested.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { runSync } from '../../lib/github/run-sync.ts';
import { runJob } from '../../lib/tasks/run-job.ts';

export const handler = worker({
  queue: 'github',
  summary: 'Brings tools to what their repositories say',
  message: JobRequested,
  uses: ['mysql', 'mongo', 'queues', 'redis', 'secrets', 'settings', 'github', 'live', 'sockets'],
  timeoutSeconds: 120,
  memoryMb: 512,
  run: ({ services, ...delivery }) => runJob(services, delivery, (job) => runSync(services, job)),
});
