import { socket } from '../../lib/kernel/lambda/socket.ts';
import { handleMessage } from '../../lib/live/handle-message.ts';
import { findOwnTask } from '../../lib/tasks/get-task.ts';

export const handler = socket({
  socketRoute: '$default',
  summary: 'Subscribe, unsubscribe or ping over a WebSocket',
  permission: 'public',
  uses: ['live', 'sockets', 'mongo', 'sessions', 'redis', 'quotas'],
  run: ({ connectionId, text, services }) =>
    handleMessage({ ...services, findTask: (caller, id) => findOwnTask(services, caller, id) }, connectionId, text),
});
