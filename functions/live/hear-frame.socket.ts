import { socket } from '../../lib/kernel/socket.ts';
import { hearFrame } from '../../lib/subscriptions/hear-frame.ts';

export const handler = socket({
  socketRoute: '$default',
  summary: 'Subscribe, unsubscribe or ping over a WebSocket',
  permission: 'public',
  uses: ['live', 'sockets', 'mongo'],
  run: ({ connectionId, text, services }) => hearFrame(services, connectionId, text),
});
