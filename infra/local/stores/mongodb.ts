import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onFreePort } from '../process/free-port.ts';
import { startInThread } from '../process/run-in-thread.ts';
import { startChild } from '../process/start-child.ts';
import { findOnPath, versionLine, type Program } from './find-program.ts';
import { ownService } from './own-service.ts';
import { newSecret } from './secret.ts';
import { StoreUnavailable, watch, type Service, type StoreOptions } from './service.ts';

const databaseName = 'mcp_platform';
const userName = 'platform';

interface Served {
  port: number;
  /** The account, as a URL has it, and where it is defined. */
  account: string;
  authSource: string;
  how: string;
  ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * MongoDB: `MONGODB_URI`, or `mongod` from PATH with its data in `<state>/mongodb`, or our embedded server with its
 * data in `<state>/mongo.sqlite`. The URL names the database `mcp_platform` and an account of this start. Throws {@link StoreUnavailable}.
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
    url: `mongodb://${server.account}@127.0.0.1:${server.port}/${databaseName}?authSource=${server.authSource}`,
    how: server.how,
    ms: performance.now() - started,
    stop: watch('mongodb', server, options.lost),
  };
}

async function serveEmbedded(port: number, state: string): Promise<Served> {
  mkdirSync(state, { recursive: true });
  const module = new URL('../mongo/server.ts', import.meta.url);
  const credentials = { user: userName, password: newSecret() };
  const server = await startInThread(module, 'startMongo', { file: join(state, 'mongo.sqlite'), port, credentials });
  return { ...server, account: `${userName}:${credentials.password}`, authSource: 'admin', how: 'embedded' };
}

async function serveMongod(program: Program, port: number, state: string): Promise<Served> {
  const data = join(state, 'mongodb');
  mkdirSync(data, { recursive: true });
  mkdirSync(join(state, 'run'), { recursive: true });
  // The cluster's key is the password of mongod's internal user, so that no account has to be made before anybody may log in.
  const keyFile = join(state, 'run', 'mongod.key');
  const key = newSecret();
  rmSync(keyFile, { force: true });
  writeFileSync(keyFile, key, { mode: 0o400 });
  const [version, child] = await Promise.all([
    versionLine(program),
    startChild({
      name: 'mongodb',
      state,
      command: program.path,
      args: [
        '--dbpath',
        data,
        '--port',
        String(port),
        '--bind_ip',
        '127.0.0.1',
        '--nounixsocket',
        '--keyFile',
        keyFile,
      ],
      env: program.env,
      ready: /Waiting for connections/,
      portTaken: /Address already in use/,
    }),
  ]);
  const account = `__system:${key}`;
  return {
    ...child,
    port,
    account,
    authSource: 'local',
    how: `mongod ${/v(\d\S*)/.exec(version)?.[1] ?? ''} ${program.origin}`,
  };
}
