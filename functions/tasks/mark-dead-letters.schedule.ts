import { schedule } from '../../lib/kernel/lambda/schedule.ts';
import { markDeadLetters } from '../../lib/tasks/dead-letters.ts';

export const handler = schedule({
  everyMinutes: 1,
  summary: 'Fails the tasks whose messages became dead letters, which stay for a person to look at',
  uses: ['mongo', 'deadLetters'],
  run: async ({ services, log }) => log.set(await markDeadLetters(services)),
});
