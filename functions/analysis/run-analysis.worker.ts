import { JobRequested } from '../../events/job-requested.ts';
import { runAnalysis } from '../../lib/analysis/run-analysis.ts';
import { bestPassages } from '../../lib/knowledge/search/best-passages.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { runJob } from '../../lib/tasks/run-job.ts';

export const handler = worker({
  queue: 'analysis',
  summary: 'Runs analyses of configurations, by rules and by a model where one is configured',
  message: JobRequested,
  uses: ['mysql', 'mongo', 'openai', 'queues', 'settings', 'secrets', 'live', 'sockets'],
  timeoutSeconds: 120,
  memoryMb: 512,
  run: ({ services, ...delivery }) =>
    runJob(services, delivery, (job) => runAnalysis({ ...services, passages: bestPassages(services) }, job)),
});
