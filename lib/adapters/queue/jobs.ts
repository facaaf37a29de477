import type { DeadLetters, JobSender } from '../../tasks/ports.ts';
import type { Queues } from './sqs.ts';

const dlq = (queue: string): string => `${queue}-dlq`;

export function queueJobs(queues: Queues): JobSender {
  return { send: (queue, message) => queues.send(queue, message) };
}

export function queueDeadLetters(queues: Queues): DeadLetters {
  return {
    receive: async (queue, hideSeconds) =>
      (await queues.receive(dlq(queue), hideSeconds)).map(({ body, receiptHandle }) => ({
        body,
        remove: () => queues.remove(dlq(queue), receiptHandle),
      })),
    resend: (queue, body) => queues.sendText(queue, body),
  };
}
