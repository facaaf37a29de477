import { schedule } from '../../lib/kernel/lambda/schedule.ts';
import { sweepTasks } from '../../lib/tasks/sweep-tasks.ts';

export const handler = schedule({
  everyMinutes: 1,
  summary: 'Sends tasks again whose message or worker was lost',
  uses: ['mongo', 'queues'],
  run: async ({ services, log, now }) => log.set(await sweepTasks(services, now)),
});
