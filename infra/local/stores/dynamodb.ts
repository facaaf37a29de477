import { join } from 'node:path';
import { onFreePort } from '../process/free-port.ts';
import { startInThread } from '../process/run-in-thread.ts';
import { ownService } from './own-service.ts';
import { StoreUnavailable, watch, type Service, type SignedStoreOptions } from './service.ts';

/**
 * DynamoDB: `DYNAMODB_ENDPOINT`, or dynalite with its tables in `<state>/dynamodb`, which demands these credentials.
 * Throws {@link StoreUnavailable}.
 */
export async function startDynamodb(options: SignedStoreOptions): Promise<Service> {
  const own = await ownService('dynamodb', 'DYNAMODB_ENDPOINT', options.env);
  if (own !== undefined) return own;
  const started = performance.now();
  const module = new URL('./dynamodb-server.ts', import.meta.url);
  const folder = join(options.state, 'dynamodb');
  const server = await onFreePort(options.port, (port) =>
    startInThread(module, 'startDynamodbServer', { folder, port, credentials: options.credentials }),
  ).catch((error: Error) => {
    throw new StoreUnavailable(`dynalite does not start (${error.message}): set DYNAMODB_ENDPOINT`, error);
  });
  return {
    name: 'dynamodb',
    url: server.url,
    how: 'dynalite',
    ms: performance.now() - started,
    stop: watch('dynamodb', server, options.lost),
  };
}
