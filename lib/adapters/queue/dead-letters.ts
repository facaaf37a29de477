import type { DeadLetters } from '../../tasks/ports.ts';
import { openQueues, type QueueSettings } from './sqs.ts';

export function openDeadLetters(settings: QueueSettings): DeadLetters {
  const queues = openQueues(settings);
  return {
    receive: async (queue, visibilitySeconds) =>
      (await queues.receive(dlq(queue), visibilitySeconds)).map(({ body, receiptHandle }) => ({
        body,
        remove: () => queues.remove(dlq(queue), receiptHandle),
      })),
    depths: async (queue) => {
      const [{ waiting, inFlight }, { waiting: dead, inFlight: hidden }] = await Promise.all([
        queues.depth(queue),
        queues.depth(dlq(queue)),
      ]);
      return { waiting, in_flight: inFlight, dead_letters: dead + hidden };
    },
    resend: (queue, body) => queues.sendText(queue, body),
  };
}

const dlq = (queue: string): string => `${queue}-dlq`;
