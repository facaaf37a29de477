import { join } from 'node:path';
import { onFreePort } from '../process/free-port.ts';
import { startInThread } from '../process/run-in-thread.ts';
import { ownService } from './own-service.ts';
import { StoreUnavailable, watch, type Service, type SignedStoreOptions } from './service.ts';

/**
 * SQS: `SQS_ENDPOINT`, or fauxqs with its queues in `<state>/sqs`, which demands these credentials.
 * Throws {@link StoreUnavailable}.
 */
export async function startSqs(options: SignedStoreOptions): Promise<Service> {
  const own = await ownService('sqs', 'SQS_ENDPOINT', options.env);
  if (own !== undefined) return own;
  const started = performance.now();
  const module = new URL('./sqs-server.ts', import.meta.url);
  const folder = join(options.state, 'sqs');
  const server = await onFreePort(options.port, (port) =>
    startInThread(module, 'startSqsServer', { folder, port, credentials: options.credentials }),
  ).catch((error: Error) => {
    throw new StoreUnavailable(`fauxqs does not start (${error.message}): set SQS_ENDPOINT`, error);
  });
  return {
    name: 'sqs',
    url: server.url,
    how: 'fauxqs',
    ms: performance.now() - started,
    stop: watch('sqs', server, options.lost),
  };
}
