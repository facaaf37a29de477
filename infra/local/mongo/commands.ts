import { Double } from 'bson';
import { assertAuthenticated, authenticateCommands } from './commands/authenticate.ts';
import { catalogCommands } from './commands/catalog.ts';
import type { Context, Handler } from './commands/context.ts';
import { handshakeCommands } from './commands/handshake.ts';
import { indexCommands } from './commands/indexes.ts';
import { readCommands } from './commands/read.ts';
import { refuseCollation, writeCommands } from './commands/write.ts';
import { MongoError, mongoError } from './errors.ts';
import { type Doc, encode } from './values.ts';

const handlers: Record<string, Handler> = {
  ...handshakeCommands,
  ...authenticateCommands,
  ...catalogCommands,
  ...indexCommands,
  ...readCommands,
  ...writeCommands,
};

const REPLICA_SET_ONLY = ['startTransaction', 'autocommit', 'txnNumber'];

function answer(context: Context): Uint8Array {
  const { command, storage, db, account, login } = context;
  const [name, target] = Object.entries(command)[0] ?? ['', undefined];
  assertAuthenticated(name, account, login);
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (
    REPLICA_SET_ONLY.some((option) => option in command) ||
    name === 'commitTransaction' ||
    name === 'abortTransaction'
  ) {
    throw mongoError('IllegalOperation', 'Transaction numbers are only allowed on a replica set member or mongos');
  }
  if (!handler) throw mongoError('CommandNotFound', `no such command: '${name}'`);
  refuseCollation(command);
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
