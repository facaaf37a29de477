import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Passes everything on to `target` with these headers added: the suite cannot send any of its own. */
export async function startShim(
  target: URL,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer((incoming, answer) => {
    const { method, url = '/' } = incoming;
    const passed = request(
      new URL(url.replace(/^\/mcp/, target.pathname), target),
      { method, headers: { ...incoming.headers, ...headers } },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        answer.flushHeaders();
        response.pipe(answer);
      },
    );
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/mcp`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
