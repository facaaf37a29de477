import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { threadId } from 'node:worker_threads';

/** A server for the tests of threads; `/crash` throws where nobody catches. */
export async function startHello({ port }: { port: number }) {
  const server = createServer((request, response) => {
    if (request.url === '/crash') throw new Error('crashed as asked');
    response.end(`hello from thread ${threadId}`);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    stop: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export function startAndExit(): never {
  process.exit(7);
}
