import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onFreePort } from '../process/free-port.ts';
import { startInThread } from '../process/run-in-thread.ts';
import { startChild } from '../process/start-child.ts';
import { findOnPath, versionLine, type Program } from './find-program.ts';
import { ownService } from './own-service.ts';
import { StoreUnavailable, watch, type Service, type StoreOptions } from './service.ts';

const DATABASE = 'mcp_platform';

interface Served {
  port: number;
  how: string;
  ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * MongoDB: `MONGODB_URI`, or `mongod` from PATH with its data in `<state>/mongodb`, or our embedded server with its
 * data in `<state>/mongo.sqlite`. The URL names the database `mcp_platform`. Throws {@link StoreUnavailable}.
 */
export async function startMongodb(options: StoreOptions): Promise<Service> {
  const own = await ownService('mongodb', 'MONGODB_URI', options.env);
  if (own !== undefined) return own;
  const started = performance.now();
  const program = findOnPath(['mongod'], options.env);
  const server = await onFreePort(options.port, (port) =>
    program === undefined ? serveEmbedded(port, options.state) : serveMongod(program, port, options.state),
  ).catch((error: Error) => {
    const name = program?.path ?? 'the embedded MongoDB server';
    throw new StoreUnavailable(`${name} does not start (${error.message}): set MONGODB_URI`, error);
  });
  return {
    name: 'mongodb',
    url: `mongodb://127.0.0.1:${server.port}/${DATABASE}`,
    how: server.how,
    ms: performance.now() - started,
    stop: watch('mongodb', server, options.lost),
  };
}

async function serveEmbedded(port: number, state: string): Promise<Served> {
  mkdirSync(state, { recursive: true });
  const module = new URL('../mongo/server.ts', import.meta.url);
  const server = await startInThread(module, 'startMongo', { file: join(state, 'mongo.sqlite'), port });
  return { ...server, how: 'embedded' };
}

async function serveMongod(program: Program, port: number, state: string): Promise<Served> {
  const data = join(state, 'mongodb');
  mkdirSync(data, { recursive: true });
  const [version, child] = await Promise.all([
    versionLine(program),
    startChild({
      name: 'mongodb',
      state,
      command: program.path,
      args: ['--dbpath', data, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
      env: program.env,
      ready: /Waiting for connections/,
      portTaken: /Address already in use/,
    }),
  ]);
  return { ...child, port, how: `mongod ${/v(\d\S*)/.exec(version)?.[1] ?? ''} ${program.origin}` };
}
