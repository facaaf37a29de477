import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onFreePort } from '../process/free-port.ts';
import { startInThread } from '../process/run-in-thread.ts';
import { startChild } from '../process/start-child.ts';
import { unpackedProgram } from './debian-package.ts';
import { findOnPath, versionLine, type Program } from './find-program.ts';
import { ownService } from './own-service.ts';
import { newSecret } from './secret.ts';
import { StoreUnavailable, watch, type Service, type StoreOptions } from './service.ts';

const remedy = 'install redis-server (or valkey-server) or set UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN';

export interface RedisService extends Service {
  /** The bearer that the REST API wants. */
  token: string;
}

/**
 * Redis behind Upstash's REST API: `UPSTASH_REDIS_REST_URL`, or `redis-server`/`valkey-server` from PATH or Debian's
 * packages behind our bridge. It keeps nothing over a restart. Throws {@link StoreUnavailable}.
 */
export async function startRedis(options: StoreOptions): Promise<RedisService> {
  const own = await ownService('redis', 'UPSTASH_REDIS_REST_URL', options.env);
  if (own !== undefined) return { ...own, token: options.env['UPSTASH_REDIS_REST_TOKEN'] ?? '' };
  const started = performance.now();
  const server = await startRedisServer(options);
  const redisToken = newSecret();
  const bridge = await onFreePort(options.port, (port) =>
    startInThread(new URL('../redis/bridge.ts', import.meta.url), 'startRedisBridge', {
      redisUrl: server.url,
      token: redisToken,
      port,
    }),
  ).catch(async (error: Error) => {
    await server.child.stop();
    throw error;
  });
  const stopBridge = watch('redis', bridge, options.lost);
  const stopServer = watch('redis', server.child, options.lost);
  return {
    name: 'redis',
    url: bridge.url,
    token: redisToken,
    how: server.how,
    ms: performance.now() - started,
    stop: async () => {
      await Promise.all([stopBridge(), stopServer()]);
    },
  };
}

/** Redis itself, on a port and with a password that only the bridge needs to know. */
export async function startRedisServer(options: StoreOptions) {
  const program = await findRedis(options).catch((error: Error) => {
    throw new StoreUnavailable(`Redis could not be had (${error.message}): ${remedy}`, error);
  });
  const redisPassword = newSecret();
  return onFreePort(undefined, (port) => serve(program, port, options.state, redisPassword)).catch((error: Error) => {
    throw new StoreUnavailable(`${program.path} does not start (${error.message}): ${remedy}`, error);
  });
}

async function findRedis({ env, cache, report }: StoreOptions): Promise<Program> {
  return (
    findOnPath(['redis-server', 'valkey-server'], env) ??
    unpackedProgram({ packages: ['redis-server', 'redis-tools'], path: 'usr/bin/redis-server' }, cache, report)
  );
}

async function serve(program: Program, port: number, state: string, password: string) {
  const [version, child] = await Promise.all([
    versionLine(program),
    startChild({
      name: 'redis',
      state,
      command: program.path,
      args: [configuration(state, port, password)],
      env: program.env,
      ready: /ready to accept connections/i,
      portTaken: /address already in use/i,
    }),
  ]);
  const how = `redis ${/v=(\S+)/.exec(version)?.[1] ?? version} ${program.origin}`;
  return { child, how, url: `redis://:${password}@127.0.0.1:${port}` };
}

/** A file, because arguments are shown to everybody on the machine. */
function configuration(state: string, port: number, password: string): string {
  const file = join(state, 'run', 'redis.conf');
  mkdirSync(join(state, 'run'), { recursive: true });
  const settings = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(join(state, 'run'))}`,
    'save ""',
    'appendonly no',
    'daemonize no',
    'maxmemory 256mb',
    'maxmemory-policy allkeys-lru',
  ];
  writeFileSync(file, `${settings.join('\n')}\n`, { mode: 0o600 });
  return file;
}
