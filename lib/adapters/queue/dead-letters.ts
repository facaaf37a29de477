import type { SettingsOf } from '../../kernel/settings.ts';
import type { DeadLetters } from '../../tasks/ports.ts';
import { openQueues } from './sqs.ts';

export function openDeadLetters(settings: SettingsOf<'queues'>): DeadLetters {
  const queues = openQueues(settings);
  return {
    receive: async (queue, hideSeconds) =>
      (await queues.receive(dlq(queue), hideSeconds)).map(({ body, receiptHandle }) => ({
        body,
        remove: () => queues.remove(dlq(queue), receiptHandle),
      })),
    resend: (queue, body) => queues.sendText(queue, body),
  };
}

const dlq = (queue: string): string => `${queue}-dlq`;
