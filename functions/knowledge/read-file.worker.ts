import { JobRequested } from '../../events/job-requested.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { parseFile } from '../../lib/knowledge/parse/parse-file.ts';
import { runJob } from '../../lib/tasks/run-job.ts';

export const handler = worker({
  queue: 'knowledge-files',
  summary: 'Reads the text of uploaded files',
  message: JobRequested,
  uses: ['mongo', 'queues', 'secrets', 'live', 'sockets', 'pdf'],
  timeoutSeconds: 120,
  memoryMb: 1024,
  batchSize: 1,
  run: ({ services, ...delivery }) => runJob(services, delivery, (job) => parseFile(services, job)),
});
