import { Double, Int32 } from 'bson';
import { assertAuthenticated, authenticateCommands } from './commands/authenticate.ts';
import { catalogCommands } from './commands/catalog.ts';
import type { Context, Handler } from './commands/context.ts';
import { indexCommands } from './commands/indexes.ts';
import { readCommands } from './commands/read.ts';
import { writeCommands } from './commands/write.ts';
import { MongoError, mongoError } from './errors.ts';
import { type Doc, encode, maxDocumentBytes } from './values.ts';
import { maxMessageBytes } from './wire.ts';

const version = '8.0.0';

/** A standalone, so drivers send no transaction numbers; no topologyVersion, so they poll rather than wait for changes. */
const hello: Handler = ({ command, connectionId, account }) => ({
  helloOk: true,
  ...('hello' in command ? { isWritablePrimary: true } : { ismaster: true }),
  maxBsonObjectSize: new Int32(maxDocumentBytes),
  maxMessageSizeBytes: new Int32(maxMessageBytes),
  maxWriteBatchSize: new Int32(100_000),
  localTime: new Date(),
  logicalSessionTimeoutMinutes: new Int32(30),
  connectionId: new Int32(connectionId),
  minWireVersion: new Int32(0),
  maxWireVersion: new Int32(25),
  readOnly: false,
  ...(account !== undefined && 'saslSupportedMechs' in command ? { saslSupportedMechs: ['SCRAM-SHA-256'] } : {}),
});

const nothing: Handler = () => ({});

const buildInfo: Handler = () => ({
  version,
  gitVersion: 'embedded',
  versionArray: version.split('.').map(Number).concat(0),
  maxBsonObjectSize: new Int32(maxDocumentBytes),
});

const handshakeCommands: Readonly<Record<string, Handler>> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping: nothing,
  endSessions: nothing,
  buildInfo,
};

const handlers: Readonly<Record<string, Handler>> = {
  ...handshakeCommands,
  ...authenticateCommands,
  ...catalogCommands,
  ...indexCommands,
  ...readCommands,
  ...writeCommands,
};

function answer(context: Context): Uint8Array {
  const { command, storage, db, account, login } = context;
  const [name, target] = Object.entries(command)[0] ?? ['', undefined];
  assertAuthenticated(name, account, login);
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (!handler) throw mongoError('CommandNotFound', `no such command: '${name}'`);
  return storage.transaction(() => {
    // Nobody sees a document whose time has passed, although the sweep comes only now and then.
    if (typeof target === 'string') storage.collection(db, target)?.expire(Date.now());
    const reply = handler(context);
    return reply instanceof Uint8Array ? reply : encode({ ...reply, ok: new Double(1) });
  });
}

/** Runs one command to its answer; an error becomes MongoDB's `ok: 0`. */
export function runCommand(context: Context): Uint8Array {
  try {
    return answer(context);
  } catch (error) {
    const known =
      error instanceof MongoError
        ? error
        : mongoError('InternalError', error instanceof Error ? error.message : String(error));
    const failure: Doc = {
      ok: new Double(0),
      errmsg: known.message,
      code: known.code,
      codeName: known.codeName,
      ...known.extra,
    };
    return encode(failure);
  }
}
