import { endLeftovers } from '../process/pid-file.ts';
import { startDynamodb } from './dynamodb.ts';
import { startMongodb } from './mongodb.ts';
import { startMysql } from './mysql.ts';
import { startRedis } from './redis.ts';
import type { Service, ServiceName, StoreOptions } from './service.ts';
import { startSqs } from './sqs.ts';

export interface StartStoresOptions extends Omit<StoreOptions, 'port' | 'report'> {
  /** Preferred ports; a store without one gets any free port. */
  ports?: Partial<Record<ServiceName, number>>;
  /** Told in one line as each store is up, and what takes long on the way. */
  report: (line: string) => void;
}

export interface Stores {
  services: Service[];
  urls: { mysql: string; mongodb: string; redis: string; redisToken: string; dynamodb: string; sqs: string };
  /** Stops what was started, all at once. Throws when one of them could not be stopped in order. */
  stop(): Promise<void>;
}

/**
 * Starts all stores at the same time, after ending what a killed platform left behind on this state. When one cannot be
 * had the others are stopped again and its error is thrown, whose message is one line that says what to do.
 */
export async function startStores(options: StartStoresOptions): Promise<Stores> {
  const { report, ports = {}, ...shared } = options;
  const show = (name: ServiceName, line: string) => report(`${name.padEnd(8)} ${line}`);
  await endLeftovers(options.state);
  const begin = async <S extends Service>(name: ServiceName, start: (of: StoreOptions) => Promise<S>): Promise<S> => {
    const port = ports[name] ?? 0;
    const service = await start({ ...shared, port, report: (line) => show(name, line) });
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
      mongodb: mongodb.url,
      redis: redis.url,
      redisToken: redis.token,
      dynamodb: dynamodb.url,
      sqs: sqs.url,
    };
    return { services, urls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
