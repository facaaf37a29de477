import type { AuditStore } from './audit/ports.ts';
import type { SocketOpened } from '../events/socket-opened.ts';
import type { LanguageModel, ModelLimits, ScoreStore, SpendingLedger } from './analysis/ports.ts';
import type { ApiKeyStore, InviteStore, TicketStore, SessionStore, UserStore } from './auth/ports.ts';
import type { SigningKeys } from './auth/tokens.ts';
import type { Containers } from './deployments/containers-port.ts';
import type { DeploymentQueue, DeploymentStore } from './deployments/ports.ts';
import type { Cache } from './kernel/cache.ts';
import type { ApiDescription } from './kernel/http/api-description.ts';
import type { ServicesOf } from './kernel/lambda/declaration.ts';
import type { Authenticator, Runtime } from './kernel/lambda/runtime.ts';
import type { IdempotencyStore } from './kernel/http/idempotency.ts';
import type { Limiter } from './kernel/http/rate-limit.ts';
import type { Probe } from './kernel/probe.ts';
import { readSettings, type Settings, type SettingsGroup, type SettingsOf } from './kernel/settings/settings.ts';
import type { ConnectionStore, Greetings, LiveLog, Sockets } from './live/ports.ts';
import type { OutboxStore, Relay } from './outbox/ports.ts';
import type { Encryptor } from './secrets/encryptor.ts';
import type { DeadLetters, JobSender, TaskStore } from './tasks/ports.ts';
import type { RegistryStore } from './registry/ports.ts';
import type { HistoryStore, ToolStore } from './tools/ports.ts';
import type { Upstream } from './upstream/ports.ts';
import type { UsageStore } from './usage/ports.ts';

/** What a function may name in `uses`, and what it then gets. */
export interface Provides {
  mysql: {
    users: UserStore;
    invites: InviteStore;
    apiKeys: ApiKeyStore;
    tools: ToolStore;
    registry: RegistryStore;
    outbox: OutboxStore;
    audit: AuditStore;
    scores: ScoreStore;
    deployments: DeploymentStore;
    usage: UsageStore;
    mysqlProbe: Probe;
  };
  mongo: { history: HistoryStore; tasks: TaskStore; spending: SpendingLedger; mongoProbe: Probe };
  /** Who is who: the DynamoDB table of trust, and the signing keys. */
  auth: {
    authenticator: Authenticator;
    sessions: SessionStore;
    tickets: TicketStore;
    signingKeys: SigningKeys;
    /** Counts where Redis is away. */
    attempts: Limiter;
    idempotencyWith: (encryptor: Encryptor) => IdempotencyStore;
    dynamoProbe: Probe;
  };
  redis: { limiter: Limiter; cache: Cache; redisProbe: Probe };
  queues: {
    relay: Relay;
    greetings: Greetings;
    jobs: JobSender;
    deploymentQueue: DeploymentQueue;
    postpone: Runtime['postpone'];
    sqsProbe: Probe;
  };
  /** Live updates: their log, and the WebSockets that are open. */
  live: { liveLog: LiveLog; connections: ConnectionStore };
  /** The way back into an open WebSocket. */
  sockets: { sockets: Sockets };
  /** The cluster in which servers run. */
  containers: { containers: Containers };
  /** The way to servers behind the platform. */
  upstream: { upstream: Upstream };
  /** Encryption of what the stores keep secret. */
  secrets: { encryptor: Encryptor };
  /** The queues of messages that were received too often. */
  deadLetters: { deadLetters: DeadLetters };
  /** The language model that analyses; undefined when none is configured. */
  openai: { model: LanguageModel | undefined; modelLimits: ModelLimits };
  /** The API's description of itself. */
  apiDescription: { apiDescription: ApiDescription };
  /** The settings that rules of the business read. */
  settings: { settings: Settings['base'] };
}
export type Use = keyof Provides;

/** The variables that each use needs; the stacks and `.env.example` read this too. */
export const settingsOfUse = {
  mysql: ['mysql'],
  mongo: ['mongo'],
  auth: ['auth', 'dynamo'],
  redis: ['redis'],
  queues: ['queues'],
  live: ['dynamo'],
  sockets: ['sockets'],
  containers: ['containers'],
  upstream: [],
  secrets: ['secrets'],
  deadLetters: ['queues'],
  openai: ['openai'],
  apiDescription: [],
  settings: [],
} as const satisfies Record<Use, readonly SettingsGroup[]>;

export interface RuntimeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly apiDescription: ApiDescription;
  /** Where report lines go. Default: standard output, as CloudWatch reads it. */
  readonly write?: (line: string) => void;
}

/** The composition root: builds each adapter on first use, once per process. A build that failed is tried again by the next request. */
export function createRuntime({
  env,
  apiDescription,
  write = (line) => void process.stdout.write(`${line}\n`),
}: RuntimeOptions): Runtime {
  const read = <U extends Use>(use: U): SettingsOf<(typeof settingsOfUse)[U][number]> =>
    readSettings(env, settingsOfUse[use]);
  const builders: { readonly [U in Use]: () => Promise<Provides[U]> } = {
    async mysql() {
      const settings = read('mysql');
      const [
        { connectMysql, mysqlProbe },
        { mysqlUserStore },
        { mysqlInvites },
        { mysqlAudit },
        { mysqlToolScores },
        { mysqlApiKeyStore },
        { mysqlToolStore },
        { mysqlRegistryStore },
        { mysqlOutbox },
        { mysqlDeploymentStore },
        { mysqlUsageStore },
      ] = await Promise.all([
        import('./adapters/mysql/connection.ts'),
        import('./adapters/mysql/users.ts'),
        import('./adapters/mysql/invites.ts'),
        import('./adapters/mysql/audit.ts'),
        import('./adapters/mysql/tool-scores.ts'),
        import('./adapters/mysql/api-keys.ts'),
        import('./adapters/mysql/tools.ts'),
        import('./adapters/mysql/registry.ts'),
        import('./adapters/mysql/outbox.ts'),
        import('./adapters/mysql/deployments.ts'),
        import('./adapters/mysql/usage.ts'),
      ]);
      const mysql = connectMysql({ url: settings.mysql.MYSQL_URL, pool: settings.mysql.MYSQL_POOL });
      return {
        users: mysqlUserStore(mysql),
        invites: mysqlInvites(mysql),
        audit: mysqlAudit(mysql),
        scores: mysqlToolScores(mysql),
        apiKeys: mysqlApiKeyStore(mysql),
        tools: mysqlToolStore(mysql),
        registry: mysqlRegistryStore(mysql),
        outbox: mysqlOutbox(mysql),
        deployments: mysqlDeploymentStore(mysql),
        usage: mysqlUsageStore(mysql),
        mysqlProbe: mysqlProbe(mysql),
      };
    },
    async mongo() {
      const settings = read('mongo');
      const [{ mongoProbe, openMongo }, { mongoHistory }, { mongoTaskStore }, { mongoSpending }] = await Promise.all([
        import('./adapters/mongo/client.ts'),
        import('./adapters/mongo/history.ts'),
        import('./adapters/mongo/tasks.ts'),
        import('./adapters/mongo/spending.ts'),
      ]);
      const db = openMongo(settings);
      return {
        history: mongoHistory(db),
        tasks: mongoTaskStore(db),
        spending: mongoSpending(db),
        mongoProbe: mongoProbe(db),
      };
    },
    async auth() {
      const settings = read('auth');
      const [{ openSessionStore }, { readSigningKeys }, { createAuthenticator }] = await Promise.all([
        import('./adapters/dynamo/session-store.ts'),
        import('./auth/tokens.ts'),
        import('./auth/authenticator.ts'),
      ]);
      const signingKeys = await readSigningKeys(settings);
      const stores = openSessionStore(settings);
      return { ...stores, authenticator: createAuthenticator({ ...stores, signingKeys }), signingKeys };
    },
    async redis() {
      const settings = read('redis');
      const [{ openRedis, redisProbe }, { redisLimiter }, { redisCache }] = await Promise.all([
        import('./adapters/redis/client.ts'),
        import('./adapters/redis/limiter.ts'),
        import('./adapters/redis/cache.ts'),
      ]);
      const redis = openRedis(settings);
      const { STAGE } = settings.base;
      return {
        limiter: redisLimiter(redis, STAGE),
        cache: redisCache(redis, STAGE),
        redisProbe: redisProbe(redis),
      };
    },
    async queues() {
      const settings = read('queues');
      const [{ openQueues }, { queueRelay }, { queueDeployments }, { queueJobs }] = await Promise.all([
        import('./adapters/queue/sqs.ts'),
        import('./adapters/queue/relay.ts'),
        import('./adapters/queue/deployments.ts'),
        import('./adapters/queue/jobs.ts'),
      ]);
      const queues = openQueues(settings);
      const prefix = `mcp-${settings.base.STAGE}-`;
      return {
        relay: queueRelay(queues),
        greetings: { request: (connection_id) => queues.send('live', { connection_id } satisfies SocketOpened) },
        jobs: queueJobs(queues),
        deploymentQueue: queueDeployments(queues),
        postpone: ({ eventSourceARN, receiptHandle }, seconds) =>
          queues.postpone((eventSourceARN.split(':').at(-1) ?? '').replace(prefix, ''), receiptHandle, seconds),
        sqsProbe: queues.probe('relay'),
      };
    },
    async containers() {
      const { base, containers } = read('containers');
      const { ecsContainers } = await import('./adapters/containers/ecs.ts');
      return {
        containers: ecsContainers({
          region: base.AWS_REGION,
          endpoint: containers.ECS_ENDPOINT,
          cluster: containers.ECS_CLUSTER,
          taskDefinition: containers.ECS_TASK_DEFINITION,
          container: containers.ECS_CONTAINER,
          subnets: containers.ECS_SUBNETS,
          securityGroups: containers.ECS_SECURITY_GROUPS,
        }),
      };
    },
    async upstream() {
      const { base } = read('upstream');
      const { openUpstream } = await import('./adapters/http/upstream.ts');
      return { upstream: openUpstream({ allowPrivate: base.ALLOW_PRIVATE_ADDRESSES }) };
    },
    async secrets() {
      const settings = read('secrets');
      const { readEncryptor } = await import('./secrets/encryptor.ts');
      return { encryptor: readEncryptor(settings) };
    },
    async live() {
      const settings = read('live');
      const { openLive } = await import('./adapters/dynamo/live.ts');
      return openLive(settings);
    },
    async sockets() {
      const settings = read('sockets');
      const { openSockets } = await import('./adapters/sockets/management.ts');
      return { sockets: openSockets(settings) };
    },
    async deadLetters() {
      const settings = read('deadLetters');
      const { openDeadLetters } = await import('./adapters/queue/dead-letters.ts');
      return { deadLetters: openDeadLetters(settings) };
    },
    async openai() {
      const settings = read('openai');
      const { modelLimitsOf, openModel } = await import('./adapters/openai/model.ts');
      return { model: openModel(settings), modelLimits: modelLimitsOf(settings) };
    },
    apiDescription: async () => ({ apiDescription }),
    settings: async () => ({ settings: read('settings').base }),
  };

  const built = new Map<Use, Promise<object>>();
  const service = <U extends Use>(use: U): Promise<Provides[U]> => {
    const known = built.get(use) as Promise<Provides[U]> | undefined;
    if (known) return known;
    const building = builders[use]();
    built.set(use, building);
    building.catch(() => built.delete(use));
    return building;
  };

  let base: SettingsOf<never> | undefined;
  return {
    settings: () => (base ??= readSettings(env, [])),
    services: async <U extends Use>(uses: readonly U[]) =>
      Object.assign({}, ...(await Promise.all(uses.map(service)))) as ServicesOf<U>,
    authenticator: async () => (await service('auth')).authenticator,
    limiter: async () => ({
      count: async (key, limit) =>
        (await (await service('redis')).limiter.count(key, limit)) ??
        (limit.vital ? (await service('auth')).attempts.count(key, limit) : undefined),
    }),
    idempotency: async () => {
      const [{ idempotencyWith }, { encryptor }] = await Promise.all([service('auth'), service('secrets')]);
      return idempotencyWith(encryptor);
    },
    postpone: async (message, seconds) => (await service('queues')).postpone(message, seconds),
    write,
  };
}
