import { socket } from '../../lib/kernel/lambda/socket.ts';

export const handler = socket({
  socketRoute: '$disconnect',
  summary: 'Forget a WebSocket that has ended',
  permission: 'public',
  uses: ['live'],
  run: ({ connectionId, services }) => services.connections.close(connectionId),
});
