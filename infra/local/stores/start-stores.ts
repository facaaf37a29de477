import { type Credentials, newCredentials } from '../guard/verify-signature.ts';
import { endLeftovers } from '../process/pid-file.ts';
import { startDynamodb } from './signed-store.ts';
import { startMongodb } from './mongodb.ts';
import { startMysql } from './mysql.ts';
import { startRedis } from './redis.ts';
import type { Service, ServiceName, SignedStoreOptions, StoreOptions } from './service.ts';
import { startSqs } from './signed-store.ts';

export interface StartStoresOptions extends Omit<StoreOptions, 'port' | 'report'> {
  /** Preferred ports; a store without one gets any free port. */
  ports?: Partial<Record<ServiceName, number>>;
  /** Gets one line as each store is up, and what takes long on the way. */
  report: (line: string) => void;
  /** What callers of the AWS services on this machine sign with. Default: new ones, or the person's own (see `credentialsFor`). */
  credentials?: Credentials;
}

export interface StoreUrls extends Credentials {
  readonly mysql: string;
  /** The same database for the schema's owner, who migrates. */
  readonly mysqlOwner: string;
  readonly mongodb: string;
  readonly redis: string;
  readonly redisToken: string;
  readonly dynamodb: string;
  readonly sqs: string;
}

export interface Stores {
  services: Service[];
  /** Where the stores are, with what they demand. */
  urls: StoreUrls;
  /** Stops what was started, all at once. Throws when one of them could not be stopped in order. */
  stop(): Promise<void>;
}

/**
 * Starts all stores at the same time, after ending what a killed platform left behind on this state. When one cannot be
 * had the others are stopped again and its error is thrown, whose message is one line that says what to do.
 */
export async function startStores(options: StartStoresOptions): Promise<Stores> {
  const { report, ports = {}, credentials = credentialsFor(options.env), ...shared } = options;
  const show = (name: ServiceName, line: string) => report(`${name.padEnd(8)} ${line}`);
  await endLeftovers(options.state);
  const begin = async <S extends Service>(
    name: ServiceName,
    start: (of: SignedStoreOptions) => Promise<S>,
  ): Promise<S> => {
    const port = ports[name] ?? 0;
    const service = await start({ ...shared, credentials, port, report: (line) => show(name, line) });
    show(name, `${service.how} (${Math.round(service.ms)} ms)`);
    return service;
  };
  const starting = [
    begin('mysql', startMysql),
    begin('mongodb', startMongodb),
    begin('redis', startRedis),
    begin('dynamodb', startDynamodb),
    begin('sqs', startSqs),
  ] as const;
  const settled = await Promise.allSettled(starting);
  const services = settled.flatMap((start): Service[] => (start.status === 'fulfilled' ? [start.value] : []));
  const stop = () => stopAll(services);
  try {
    const [mysql, mongodb, redis, dynamodb, sqs] = await Promise.all(starting);
    const urls = {
      mysql: mysql.url,
      mysqlOwner: mysql.ownerUrl,
      mongodb: mongodb.url,
      redis: redis.url,
      redisToken: redis.token,
      dynamodb: dynamodb.url,
      sqs: sqs.url,
      ...credentials,
    };
    return { services, urls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** New ones for this start. Who brings a DynamoDB or an SQS of their own brings its credentials too, and one process signs with one pair. */
function credentialsFor(env: NodeJS.ProcessEnv): Credentials {
  return ownCredentials(env) ?? newCredentials();
}

/** The person's credentials, where one of their own services is used. */
export function ownCredentials(env: NodeJS.ProcessEnv): Credentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env;
  const bringsService = [env['DYNAMODB_ENDPOINT'], env['SQS_ENDPOINT']].some((url) => (url ?? '') !== '');
  return bringsService && accessKeyId !== '' && secretAccessKey !== '' ? { accessKeyId, secretAccessKey } : undefined;
}

async function stopAll(services: Service[]): Promise<void> {
  const failed = (await Promise.allSettled(services.map((service) => service.stop()))).filter(
    (stopped) => stopped.status === 'rejected',
  );
  if (failed.length > 0) {
    throw new AggregateError(
      failed.map(({ reason }): unknown => reason),
      'not every store could be stopped',
    );
  }
}
