import { socket } from '../../lib/kernel/socket.ts';
import { hearFrame } from '../../lib/live/hear-frame.ts';

export const handler = socket({
  socketRoute: '$default',
  summary: 'Subscribe, unsubscribe or ping over a WebSocket',
  permission: 'public',
  uses: ['live', 'sockets'],
  run: ({ connectionId, text, services }) => hearFrame(services, connectionId, text),
});
