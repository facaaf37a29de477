import { command } from '../../lib/kernel/lambda/command.ts';
import { AdminAnswer, AdminCommand, runAdmin } from '../../lib/users/run-admin.ts';

export const handler = command({
  summary: "The operator's way in: make an admin, reset a password, invite",
  message: AdminCommand,
  output: AdminAnswer,
  uses: ['mysql', 'sessions', 'queues', 'secrets'],
  timeoutSeconds: 300,
  run: ({ message, services }) => runAdmin(services, message),
});
