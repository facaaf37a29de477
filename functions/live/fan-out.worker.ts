import { FanOut } from '../../events/fan-out.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { deliverTo } from '../../lib/live/publish.ts';

export const handler = worker({
  queue: 'fan-out',
  summary: 'Sends a message to a hundred of the WebSockets that listen',
  message: FanOut,
  uses: ['live', 'sockets'],
  timeoutSeconds: 30,
  concurrency: 10,
  batchSize: 1,
  run: ({ message, services }) => deliverTo(services, message.connection_ids, message.message),
});
