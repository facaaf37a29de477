import { join } from 'node:path';
import { onFreePort } from '../process/free-port.ts';
import { startInThread } from '../process/run-in-thread.ts';
import { ownService } from './own-service.ts';
import { StoreUnavailable, watch, type Service, type SignedStoreOptions } from './service.ts';

interface SignedStore {
  readonly name: 'dynamodb' | 'sqs';
  /** The variable with the address of one's own. */
  readonly variable: string;
  /** The package that stands for it here. */
  readonly program: string;
  /** What starts it, exported by `<name>-server.ts`. */
  readonly start: string;
}

/**
 * A service of AWS: the one that the variable names, or its stand-in with its data in `<state>/<name>`, which demands these credentials.
 *
 * @throws StoreUnavailable
 */
async function startSigned(
  { name, variable, program, start }: SignedStore,
  { env, state, port: wanted, credentials, lost }: SignedStoreOptions,
): Promise<Service> {
  const own = await ownService(name, variable, env);
  if (own !== undefined) return own;
  const started = performance.now();
  const module = new URL(`./${name}-server.ts`, import.meta.url);
  const server = await onFreePort(wanted, (port) =>
    startInThread(module, start, { folder: join(state, name), port, credentials }),
  ).catch((error: Error) => {
    throw new StoreUnavailable(`${program} does not start (${error.message}): set ${variable}`, error);
  });
  return { name, url: server.url, how: program, ms: performance.now() - started, stop: watch(name, server, lost) };
}

/** DynamoDB: `DYNAMODB_ENDPOINT`, or dynalite. @throws StoreUnavailable */
export function startDynamodb(options: SignedStoreOptions): Promise<Service> {
  return startSigned(
    { name: 'dynamodb', variable: 'DYNAMODB_ENDPOINT', program: 'dynalite', start: 'startDynamodbServer' },
    options,
  );
}

/** SQS: `SQS_ENDPOINT`, or fauxqs. @throws StoreUnavailable */
export function startSqs(options: SignedStoreOptions): Promise<Service> {
  return startSigned({ name: 'sqs', variable: 'SQS_ENDPOINT', program: 'fauxqs', start: 'startSqsServer' }, options);
}
