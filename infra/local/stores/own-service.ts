import { connect } from 'node:net';
import { StoreUnavailable, type Service, type ServiceName } from './service.ts';

const connectMs = 5000;
const defaultPorts: Record<string, number> = { 'mysql:': 3306, 'mongodb:': 27_017, 'http:': 80, 'https:': 443 };

/**
 * The service that somebody runs themselves and names by a variable; undefined when the variable is not set.
 * Throws {@link StoreUnavailable} when nothing answers there.
 */
export async function ownService(
  name: ServiceName,
  variable: string,
  env: NodeJS.ProcessEnv,
): Promise<Service | undefined> {
  const url = env[variable];
  if (url === undefined || url === '') return undefined;
  const started = performance.now();
  const target = tcpTarget(url);
  if (target !== undefined) {
    await tryConnect(target).catch((error: unknown) => {
      throw new StoreUnavailable(`${variable} points at ${target.host}:${target.port}, where nothing answers`, error);
    });
  }
  return { name, url, how: `yours: ${variable}`, ms: performance.now() - started, stop: () => Promise.resolve() };
}

// A MongoDB URI with several hosts or an SRV record is no single address to try.
function tcpTarget(url: string): { host: string; port: number } | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  const number = port === '' ? defaultPorts[protocol] : Number(port);
  return number === undefined || hostname === ''
    ? undefined
    : { host: hostname.replaceAll(/[[\]]/g, ''), port: number };
}

function tryConnect(target: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...target, timeout: connectMs });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(new Error(`no answer within ${connectMs} ms`)));
    socket.once('error', reject);
  });
}
