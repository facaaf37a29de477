import { type Replica, type ReplicaOptions, startReplica } from '../../../infra/runner/replica.ts';
import { readSettings } from '../../../infra/runner/settings.ts';
import { serverInOneFile } from '../../fixtures/mcp-server/in-one-file.ts';
import { bootstrapToken, type PlatformStandIn, proxySecret, startPlatformStandIn } from './platform-stand-in.ts';

/** How the fixture server is started. */
export const fixtureLaunch = { command: process.execPath, args: [await serverInOneFile()] };

export interface RunningReplica {
  readonly platform: PlatformStandIn;
  readonly replica: Replica;
  readonly url: string;
  readonly mcp: URL;
  /** The header that the proxy sends. */
  readonly headers: { readonly 'X-Runner-Secret': string };
  stop(): Promise<void>;
}

export interface RunningOptions extends Omit<ReplicaOptions, 'settings'> {
  readonly launch?: object;
  readonly idleTimeout?: number;
  readonly env?: Record<string, string>;
  readonly untilReady?: boolean;
}

/** A replica in this process, with a stand-in of the platform, up to its readiness. */
export async function runReplica(options: RunningOptions = {}): Promise<RunningReplica> {
  const { launch = fixtureLaunch, idleTimeout, env, untilReady = true, ...rest } = options;
  const platform = await startPlatformStandIn(launch, idleTimeout);
  const settings = readSettings({
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_EXTRA_CA_CERTS: process.env['NODE_EXTRA_CA_CERTS'],
    PLATFORM_URL: platform.url,
    BOOTSTRAP_TOKEN: bootstrapToken,
    PORT: '0',
    HOST: '127.0.0.1',
    ...env,
  });
  const replica = await startReplica({ settings, ...rest });
  const stop = async (): Promise<void> => {
    await replica.stop('asked');
    await replica.ended;
    await platform.stop();
  };
  try {
    if (untilReady) await platform.reported(({ state }) => state === 'ready');
  } catch (error) {
    await stop();
    throw error;
  }
  const url = `http://127.0.0.1:${replica.port}`;
  return { platform, replica, url, mcp: new URL('/mcp', url), headers: { 'X-Runner-Secret': proxySecret }, stop };
}
