import { command } from '../../lib/kernel/lambda/command.ts';
import { manageQueues, QueueAnswer, QueueCommand } from '../../lib/tasks/manage-queues.ts';

export const handler = command({
  summary: "The operator's way to the queues: list, redrive or purge their dead letters",
  message: QueueCommand,
  output: QueueAnswer,
  uses: ['mysql', 'mongo', 'queues', 'deadLetters'],
  timeoutSeconds: 300,
  run: ({ message, services }) => manageQueues(services, message),
});
