import { parentPort, workerData } from 'node:worker_threads';
import type { Listening, ThreadMessage } from './run-in-thread.ts';

type Start = (options: object) => Promise<Listening & { stop(): Promise<void> }>;

const { module, exportName, options } = workerData as { module: string; exportName: string; options: object };
const send = (message: ThreadMessage) => parentPort?.postMessage(message, []);

try {
  const start = ((await import(module)) as Record<string, Start>)[exportName];
  if (start === undefined) throw new Error(`${module} exports no ${exportName}`);
  const server = await start(options);
  parentPort?.once('message', () => {
    // In a thread this ends the thread alone; a failed stop shows as its uncaught error.
    void server.stop().then(() => process.exit(0));
  });
  send({ type: 'listening', url: server.url, port: server.port });
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  send({ type: 'failed', message, ...(code === undefined ? {} : { code }) });
}
