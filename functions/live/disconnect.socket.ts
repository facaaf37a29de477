import { disconnect } from '../../lib/live/disconnect.ts';
import { socket } from '../../lib/kernel/lambda/socket.ts';

export const handler = socket({
  socketRoute: '$disconnect',
  summary: 'Forget a WebSocket that has ended',
  permission: 'public',
  uses: ['live', 'quotas'],
  run: ({ connectionId, services }) => disconnect(services, connectionId),
});
