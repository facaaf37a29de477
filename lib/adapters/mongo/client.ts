import { type Db, MongoClient } from 'mongodb';
import type { Probe } from '../../kernel/probe.ts';

/** Connects on first use. A server that is away is noticed within 2 s, one that stalls within 5 s. */
export function openMongo(uri: string): Db {
  const client = new MongoClient(uri, {
    maxPoolSize: 10,
    serverSelectionTimeoutMS: 2000,
    connectTimeoutMS: 2000,
    socketTimeoutMS: 5000,
    retryWrites: false,
    // What is read was written by this driver, which writes nothing else than UTF-8.
    enableUtf8Validation: false,
    appName: 'mcp-platform',
  });
  reopenAfterFailure(client);
  return client.db();
}

/**
 * A first connection that fails leaves the driver with a topology that is closed for good: every later call would fail, also when the server is back. Without one, the
 * next call connects anew.
 */
function reopenAfterFailure(client: MongoClient): void {
  client.on('topologyClosed', () => {
    (client as MongoClient & { topology?: unknown }).topology = undefined;
  });
}

export function mongoProbe(db: Db): Probe {
  return async (timeoutMs) => {
    await db.command({ ping: 1 }, { timeoutMS: timeoutMs });
  };
}
