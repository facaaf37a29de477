import { JobRequested } from '../../events/job-requested.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { runToolCall } from '../../lib/mcp/call-as-task.ts';
import { runJob } from '../../lib/tasks/run-job.ts';

export const handler = worker({
  queue: 'calls',
  summary: 'Calls tools of deployed servers for tasks; a call is never made twice',
  message: JobRequested,
  uses: ['mysql', 'mongo', 'queues', 'secrets', 'upstream', 'settings', 'quotas', 'live', 'sockets'],
  batchSize: 1,
  timeoutSeconds: 900,
  run: ({ services, ...delivery }) => runJob(services, delivery, (job) => runToolCall(services, job), { once: true }),
});
