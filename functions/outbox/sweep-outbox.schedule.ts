import { schedule } from '../../lib/kernel/lambda/schedule.ts';
import { sweepOutbox } from '../../lib/outbox/sweep-outbox.ts';

export const handler = schedule({
  everyMinutes: 1,
  summary: 'Finds committed changes whose message was lost',
  uses: ['mysql', 'queues'],
  run: async ({ services, log, now }) => log.set(await sweepOutbox(services, now)),
});
