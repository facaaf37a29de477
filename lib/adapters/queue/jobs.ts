import type { JobSender } from '../../tasks/ports.ts';
import type { Queues } from './sqs.ts';

export function queueJobs(queues: Queues): JobSender {
  return { send: (queue, message) => queues.send(queue, message) };
}
