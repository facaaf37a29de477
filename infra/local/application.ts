import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables } from '../../lib/adapters/dynamo/create-tables.ts';
import { createIndexesAt } from '../../lib/adapters/mongo/create-indexes.ts';
import { installRuntime } from '../../lib/kernel/lambda/runtime.ts';
import { createRuntime } from '../../lib/services.ts';
import { apiDescriptionOf } from '../api-description.ts';
import { loadUse } from '../discover-uses.ts';
import type { DiscoveredFunction } from '../discover.ts';
import { migrateUp } from '../migrations/migrate.ts';
import { clusterAt, localEnvironment, withCredentials } from './environment.ts';
import { startEcs } from './ecs/start-ecs.ts';
import { startClock } from './gateway/clock.ts';
import { createEmitter } from './gateway/eventbridge.ts';
import type { Invoke } from './gateway/invoke-by-id.ts';
import { createLogSubscription } from './gateway/log-subscription.ts';
import { createQueues, startPollers } from './gateway/pollers.ts';
import { startGateway } from './gateway/server.ts';
import type { Stores } from './stores/start-stores.ts';

export interface ApplicationOptions {
  readonly functions: readonly DiscoveredFunction[];
  readonly urls: Stores['urls'];
  /** The person's own variables. */
  readonly env: NodeJS.ProcessEnv;
  /** Where tasks keep their files. */
  readonly state: string;
  /** The gateway's. A taken one rejects with code EADDRINUSE. */
  readonly port: number;
  /** JWT_PRIVATE_KEYS. */
  readonly signingKeys: string;
  /** ENCRYPTION_KEYS. */
  readonly encryptionKeys: string;
  readonly report: (line: string) => void;
  /** Takes the functions' report lines. */
  readonly write: (line: string) => void;
}

export interface Application {
  readonly url: string;
  /** Runs a function on an event. */
  readonly invoke: Invoke;
  /** Where the ECS API is. */
  readonly ecs: string;
  /** Where the `@connections` API is. */
  readonly connections: string;
  /** How far deployed servers are kept apart, in one sentence. */
  readonly isolation: string;
  /** What waits is done or left to the next start; nothing goes on afterwards. */
  stop(): Promise<void>;
}

/** Everything above the stores, in this process: schema, tables and queues, the gateway with the functions, pollers, clock, log subscription. */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const { functions, urls, port, report } = options;
  withCredentials(process.env, urls);
  const env = localEnvironment(options);
  const stage = env['STAGE'] ?? 'local';
  const sqs = { functions, stage, sqsEndpoint: urls.sqs };
  const [queues] = await Promise.all([
    timed(report, 'queues', () => createQueues(sqs)),
    timed(report, 'schema', () => migrateUp(urls.mysqlOwner, { applicationUrl: urls.mysql })),
    timed(report, 'tables', () => createTablesAt(urls.dynamodb, stage)),
    timed(report, 'indexes', () => createIndexesAt(urls.mongodb)),
  ]);
  const gateway = await startGateway({
    functions,
    port,
    stage,
    credentials: urls,
    baseUrl: env['BASE_URL'],
    origins: (env['CORS_ORIGINS'] ?? '').split(',').map((origin) => origin.trim()),
  });
  const { invoke } = gateway;
  const emit = createEmitter({ functions, invoke });
  let stopping = false;
  const ecs = await startEcs({
    state: options.state,
    credentials: urls,
    onTaskStateChange: (detail) => {
      // Tasks that end because the platform does are started again by the next one.
      if (!stopping) void emit({ source: 'aws.ecs', 'detail-type': 'ECS Task State Change', detail });
    },
  });
  Object.assign(env, clusterAt(ecs.url, stage));
  const subscription = createLogSubscription({ functions, invoke });
  const write = (line: string): void => {
    options.write(line);
    subscription.write(line);
  };
  env['SOCKET_MANAGEMENT_URL'] ??= gateway.managementUrl;
  installRuntime(
    createRuntime({
      env,
      load: loadUse,
      apiDescription: apiDescriptionOf(functions, env['VERSION'] ?? '0.1.0'),
      write,
    }),
  );
  const pollers = startPollers({ ...sqs, invoke, queues });
  const clock = startClock({ functions, invoke });
  return {
    url: env['BASE_URL'] ?? gateway.url,
    invoke,
    ecs: ecs.url,
    connections: gateway.managementUrl,
    isolation: ecs.isolation.sentence,
    stop: async () => {
      stopping = true;
      await Promise.all([clock.stop(), pollers.stop()]);
      await gateway.stop();
      await ecs.stop();
      await subscription.stop();
    },
  };
}

async function createTablesAt(endpoint: string, stage: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1' });
  await createTables(client, stage);
  client.destroy();
}

async function timed<T>(report: (line: string) => void, name: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const done = await work();
  report(`${name.padEnd(8)} up to date (${Math.round(performance.now() - startedAt)} ms)`);
  return done;
}
