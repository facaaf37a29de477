import { command } from '../../lib/kernel/lambda/command.ts';
import {
  ForgetUnknownHistory,
  forgetUnknownHistory,
  ForgottenHistory,
} from '../../lib/tools/forget-unknown-history.ts';

export const handler = command({
  summary: 'After a restore: forgets the history of revisions that MySQL does not have',
  message: ForgetUnknownHistory,
  output: ForgottenHistory,
  uses: ['mysql', 'mongo'],
  timeoutSeconds: 120,
  run: ({ message, services }) => forgetUnknownHistory(services, message),
});
