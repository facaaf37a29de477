import { randomBytes } from 'node:crypto';
import { type Db, MongoClient, type MongoClientOptions, MongoServerError } from 'mongodb';
import { afterAll, beforeAll } from 'vitest';
import { startMongo } from '../../../infra/local/mongo/server.ts';

/** A document of a test: whatever fields it needs. */
export type Doc = Record<string, unknown>;

interface Connection {
  readonly client: MongoClient;
  readonly db: Db;
  /** A collection of this test alone, holding these documents. */
  seeded(...docs: Doc[]): Promise<ReturnType<Db['collection']>>;
}

/** The server under test is ours. */
export const isEmbedded = process.env['MONGODB_URI'] === undefined;

/**
 * Connects a test file to the server that `MONGODB_URI` names, or to an embedded one of its own, with a database
 * that goes when the tests end. Call it at the top of a `describe`.
 */
export function connect(options: MongoClientOptions = {}): Connection {
  const name = `contract_${randomBytes(6).toString('hex')}`;
  let server: Awaited<ReturnType<typeof startMongo>> | undefined;
  let client: MongoClient | undefined;
  let collections = 0;
  beforeAll(async () => {
    let uri = process.env['MONGODB_URI'];
    if (uri === undefined) {
      server = await startMongo({ file: ':memory:' });
      uri = server.url;
    }
    client = await new MongoClient(uri, options).connect();
  });
  afterAll(async () => {
    await client?.db(name).dropDatabase();
    await client?.close();
    await server?.stop();
  });
  const connected = (): MongoClient => {
    if (!client) throw new Error('not connected yet');
    return client;
  };
  return {
    get client() {
      return connected();
    },
    get db() {
      return connected().db(name);
    },
    async seeded(...docs) {
      collections += 1;
      const collection = connected().db(name).collection(`c${collections}`);
      if (docs.length > 0) await collection.insertMany(docs, { promoteValues: false });
      return collection;
    },
  };
}

/** The server's refusal of what `act` asks; a success is an error. */
export async function refusal(act: () => Promise<unknown>): Promise<MongoServerError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof MongoServerError) return error;
    throw error;
  }
  throw new Error('expected the server to refuse this');
}
