import { createServer } from 'node:net';

const maxAttempts = 50;
const highestPort = 65_535;

// Stores start at the same time: two that were given the same free port would collide before either listens.
const promised = new Set<number>();

/**
 * A port on 127.0.0.1 that nothing listens on: the preferred one, or the next free after it. Without a preference
 * (or with 0) any free port. No port is given out twice in this process.
 */
export async function freePort(preferred = 0): Promise<number> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const wanted = preferred === 0 ? 0 : preferred + attempt;
    if (wanted > highestPort) break;
    if (promised.has(wanted)) continue;
    const port = await probe(wanted);
    if (port === undefined || promised.has(port)) continue;
    promised.add(port);
    return port;
  }
  throw new Error(`no free port on 127.0.0.1 from ${preferred} on`);
}

/**
 * Starts something on a free port; when another process takes that port in between (`EADDRINUSE`), moves on to the
 * next free one.
 */
export async function onFreePort<T>(
  preferred: number | undefined,
  start: (port: number) => Promise<T>,
  attempts = 5,
): Promise<T> {
  const port = await freePort(preferred);
  try {
    return await start(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempts <= 1) throw error;
    return onFreePort(preferred, start, attempts - 1);
  } finally {
    promised.delete(port);
  }
}

function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
