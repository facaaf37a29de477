import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { installRuntime } from '../../lib/kernel/lambda/runtime.ts';
import { createRuntime } from '../../lib/services.ts';
import { apiDescriptionOf } from '../api-description.ts';
import { loadUse } from '../discover-uses.ts';
import type { DiscoveredFunction } from '../discover.ts';
import { encryptionKeysOf } from './encryption-key.ts';
import { clusterAt, localEnvironment, withCredentials } from './environment.ts';
import { startPlatform } from './platform.ts';
import { makePrivate } from './process/make-private.ts';
import { AlreadyRunning, takeLock } from './process/lock.ts';
import { signingKeysOf } from './signing-key.ts';

/** platform.json; without credentials where the person brought theirs. */
const Addresses = z.object({
  base: z.string(),
  mysql: z.string(),
  mongodb: z.string(),
  redis: z.string(),
  redisToken: z.string(),
  dynamodb: z.string(),
  sqs: z.string(),
  ecs: z.string(),
  connections: z.string(),
  accessKeyId: z.string().optional(),
  secretAccessKey: z.string().optional(),
});

export interface ReachOptions {
  readonly functions: readonly DiscoveredFunction[];
  readonly state: string;
  /** Where unpacked programs are kept. */
  readonly cache: string;
  readonly write: (line: string) => void;
}

/** Installs a host on the stores of the platform that runs on this state, or starts a platform; answers how to leave. */
export async function reachPlatform({ functions, state, cache, write }: ReachOptions): Promise<() => Promise<void>> {
  makePrivate(state);
  try {
    const lock = takeLock(state);
    const platform = await startPlatform({ state, cache, env: process.env, port: 0, report: write, write });
    return async () => {
      await platform.stop();
      lock.release();
    };
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error;
  }
  const file = join(state, 'platform.json');
  if (!existsSync(file)) throw new Error('The platform is just starting; try again when it is ready.');
  const { accessKeyId, secretAccessKey, ...urls } = Addresses.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    withCredentials(process.env, { accessKeyId, secretAccessKey });
  }
  const env = localEnvironment({
    env: {
      BASE_URL: urls.base,
      SOCKET_MANAGEMENT_URL: urls.connections,
      ...clusterAt(urls.ecs, process.env['STAGE'] ?? 'local'),
      ...process.env,
    },
    urls,
    port: 0,
    signingKeys: await signingKeysOf(state),
    encryptionKeys: encryptionKeysOf(state),
  });
  installRuntime(createRuntime({ env, load: loadUse, apiDescription: apiDescriptionOf(functions, 'local'), write }));
  return async () => undefined;
}
