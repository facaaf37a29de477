import { command } from '../../lib/kernel/lambda/command.ts';
import { Purged, PurgeTools, purgeTools } from '../../lib/tools/purge-tools.ts';

export const handler = command({
  summary: 'Deletes for good what is left of tools that were deleted long ago',
  message: PurgeTools,
  output: Purged,
  uses: ['mysql', 'mongo'],
  timeoutSeconds: 120,
  run: ({ message, services }) => purgeTools(services, message),
});
