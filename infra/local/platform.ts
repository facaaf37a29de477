import { rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { discover } from '../discover.ts';
import { checkConfiguration } from './check-configuration.ts';
import { startApplication, type Application, type ApplicationOptions } from './application.ts';
import { encryptionKeysOf } from './encryption-key.ts';
import { scheduledEvent } from './gateway/clock.ts';
import { warnOnStderr } from './gateway/warn.ts';
import { makePrivate } from './process/make-private.ts';
import { onFreePort } from './process/free-port.ts';
import { signingKeysOf } from './signing-key.ts';
import { ownCredentials, startStores } from './stores/start-stores.ts';

export interface PlatformOptions extends Pick<ApplicationOptions, 'env' | 'port' | 'report' | 'write'> {
  /** Where data, logs and secrets are kept. */
  readonly state: string;
  /** Where unpacked programs are kept. */
  readonly cache: string;
}

/**
 * The whole platform in this process and its children. A wrong configuration is refused before anything is started. A taken port moves on to the next free one. When a part cannot be had, the parts that
 * run are stopped again. Every address is noted in `<state>/platform.json`.
 */
export async function startPlatform(options: PlatformOptions): Promise<Application> {
  const { state, cache, env, report, write } = options;
  makePrivate(state);
  const file = join(state, 'platform.json');
  // Of a platform that was killed.
  rmSync(file, { force: true });
  const functions = await discover();
  await checkConfiguration(env, functions);
  const [stores, signingKeys] = await Promise.all([
    startStores({ state, cache, env, report, lost: report }),
    signingKeysOf(state),
  ]);
  const encryptionKeys = encryptionKeysOf(state);
  try {
    const application = await onFreePort(options.port, (port) =>
      startApplication({ functions, urls: stores.urls, env, state, port, signingKeys, encryptionKeys, report, write }),
    );
    const { ecs, connections } = application;
    // Credentials that the person brought stay where they are.
    const { accessKeyId, secretAccessKey, ...places } = stores.urls;
    const made = ownCredentials(env) === undefined ? { accessKeyId, secretAccessKey } : {};
    const addresses = { base: application.url, ...places, ecs, connections, ...made };
    // Whoever waits for the file finds all of it.
    await writeFile(`${file}.new`, `${JSON.stringify(addresses, null, 2)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
    // What a killed platform left half-done is not left for a minute more.
    application
      .invoke('sweep-deployments', scheduledEvent('sweep-deployments', new Date()))
      .catch((error: unknown) =>
        warnOnStderr('The first sweep of the deployments failed; the next one tries again', error),
      );
    return {
      ...application,
      stop: async () => {
        await application.stop();
        await stores.stop();
      },
    };
  } catch (error) {
    await stores.stop();
    throw error;
  }
}
