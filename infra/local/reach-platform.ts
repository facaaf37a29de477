import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installRuntime } from '../../lib/kernel/lambda/runtime.ts';
import { createRuntime } from '../../lib/services.ts';
import { apiDescriptionOf } from '../api-description.ts';
import { loadUse } from '../discover-uses.ts';
import type { DiscoveredFunction } from '../discover.ts';
import { encryptionKeysOf } from './encryption-key.ts';
import { clusterAt, localEnvironment, withLocalCredentials } from './environment.ts';
import { startPlatform } from './platform.ts';
import { AlreadyRunning, takeLock } from './process/lock.ts';
import { signingKeysOf } from './signing-key.ts';

export interface ReachOptions {
  readonly functions: readonly DiscoveredFunction[];
  readonly state: string;
  /** Where unpacked programs are kept. */
  readonly cache: string;
  readonly write: (line: string) => void;
}

/** Installs a host on the stores of the platform that runs on this state, or starts a platform; answers how to leave. */
export async function reachPlatform({ functions, state, cache, write }: ReachOptions): Promise<() => Promise<void>> {
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
  const urls = JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof localEnvironment>[0]['urls'] & {
    base: string;
    ecs: string;
  };
  withLocalCredentials(process.env);
  const env = localEnvironment({
    env: { BASE_URL: urls.base, ...clusterAt(urls.ecs, process.env['STAGE'] ?? 'local'), ...process.env },
    urls,
    port: 0,
    signingKeys: await signingKeysOf(state),
    encryptionKeys: encryptionKeysOf(state),
  });
  installRuntime(createRuntime({ env, load: loadUse, apiDescription: apiDescriptionOf(functions, 'local'), write }));
  return async () => undefined;
}
