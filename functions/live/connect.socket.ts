import { socket } from '../../lib/kernel/lambda/socket.ts';
import { connect } from '../../lib/live/connect.ts';

export const handler = socket({
  socketRoute: '$connect',
  summary: 'Open a WebSocket for live updates',
  permission: 'authenticated',
  uses: ['live', 'queues', 'quotas'],
  run: ({ connectionId, caller, services }) => connect(services, connectionId, caller),
});
