import { connect as connectSocket } from 'node:net';
import { once } from 'node:events';
import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connect, isEmbedded, refusal } from './connect.ts';

describe('catalog', () => {
  const server = connect();

  it('creates, lists and drops collections', async () => {
    await server.db.createCollection('made');
    expect((await server.db.listCollections({ name: 'made' }).toArray())[0]).toMatchObject({
      name: 'made',
      type: 'collection',
    });
    await server.db.collection('made').insertOne({ a: 1 });
    expect(await server.db.collection('made').countDocuments({ a: 1 })).toBe(1);
    expect((await server.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)).toEqual([
      'made',
    ]);
    expect(await server.db.collection('made').drop()).toBe(true);
    expect(await server.db.listCollections().toArray()).toEqual([]);
  });

  it('creates the same collection twice without an error and refuses a wrong name', async () => {
    await server.db.createCollection('twice');
    expect((await refusal(() => server.db.command({ create: '' }))).code).toBe(73);
    expect((await refusal(() => server.db.command({ find: 5 }))).code).toBe(73);
    expect((await refusal(() => server.db.command({ find: 'twice', filter: 5 }))).code).toBe(14);
    await server.db.collection('twice').drop();
  });

  it('drops a database', async () => {
    const db = server.client.db(`${server.db.databaseName}_other`);
    await db.collection('x').insertOne({ a: 1 });
    const names = async (): Promise<string[]> =>
      (await server.client.db().admin().listDatabases()).databases.map(({ name }) => name);
    expect(await names()).toContain(db.databaseName);
    await db.dropDatabase();
    expect(await names()).not.toContain(db.databaseName);
  });

  it('lets a cursor go on after another command failed', async () => {
    const collection = await server.seeded(...Array.from({ length: 50 }, (_, i) => ({ _id: i })));
    const cursor = collection.find().batchSize(10);
    await cursor.next();
    await refusal(() => collection.insertOne({ _id: 1 } as never));
    await refusal(() => server.db.command({ createIndexes: 'fresh', indexes: [{ key: { a: 0 }, name: 'bad' }] }));
    expect(await cursor.toArray()).toHaveLength(49);
    expect(await server.db.listCollections({ name: 'fresh' }).toArray()).toEqual([]);
  });

  it('ends the cursors of a dropped collection', async () => {
    const collection = await server.seeded(...Array.from({ length: 50 }, (_, i) => ({ i })));
    const cursor = collection.find().batchSize(10);
    await cursor.next();
    await collection.drop();
    await expect(
      (async () => {
        for (let i = 0; i < 50; i++) await cursor.next();
      })(),
    ).rejects.toMatchObject({ code: isEmbedded ? 43 : 175 });
  });

  it.each([[{ ping: 1 }], [{ hello: 1 }], [{ isMaster: 1 }], [{ buildInfo: 1 }]])('answers %j', async (command) => {
    expect(await server.client.db('admin').command(command)).toMatchObject({ ok: 1 });
  });

  it('refuses an unknown command', async () => {
    expect(await refusal(() => server.db.command({ fooBar: 1 }))).toMatchObject({
      code: 59,
      codeName: 'CommandNotFound',
    });
  });

  it('takes sessions and read and write concerns', async () => {
    const collection = await server.seeded({ a: 1 });
    const session = server.client.startSession();
    await collection.insertOne({ a: 2 }, { session, writeConcern: { w: 'majority', j: true } });
    expect(await collection.find({}, { session, readConcern: 'majority' }).toArray()).toHaveLength(2);
    await session.endSession();
  });

  it('serves many connections at once', async () => {
    const collection = await server.seeded({ _id: 0, n: 0 });
    const { hosts, credentials } = server.client.options;
    const uri = process.env['MONGODB_URI'] ?? `mongodb://${hosts[0]?.toString()}`;
    expect(credentials).toBeUndefined();
    const clients = await Promise.all(
      Array.from({ length: 10 }, () => new MongoClient(uri, { maxPoolSize: 3 }).connect()),
    );
    const add = (client: MongoClient): Promise<unknown> =>
      client
        .db(server.db.databaseName)
        .collection(collection.collectionName)
        .updateOne({}, { $inc: { n: 1 } });
    await Promise.all(clients.flatMap((client) => Array.from({ length: 20 }, () => add(client))));
    expect((await collection.findOne())?.['n']).toBe(200);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('keeps documents up to 16 MB', async () => {
    const collection = await server.seeded();
    await collection.insertOne({ text: 'x'.repeat(16_000_000) });
    expect((await collection.findOne())?.['text']).toHaveLength(16_000_000);
    await expect(collection.updateOne({}, { $set: { more: 'y'.repeat(1_000_000) } })).rejects.toMatchObject({
      code: isEmbedded ? 10_334 : 17_419,
    });
  });

  it('closes a connection that does not speak the protocol, and that one alone', async () => {
    const address = server.client.options.hosts[0];
    const garbage = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from([255, 255, 255, 127, 0, 0, 0, 0]),
      Buffer.alloc(64, 1),
      malformed(),
    ];
    for (const bytes of garbage) {
      const socket = connectSocket({ host: address?.host ?? '127.0.0.1', port: address?.port ?? 27_017 });
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.end(bytes);
      await once(socket, 'close');
    }
    expect(await server.db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });
});

/** An OP_MSG whose body claims to be longer than the message. */
function malformed(): Buffer {
  const message = Buffer.alloc(26);
  message.writeInt32LE(26, 0);
  message.writeInt32LE(2013, 12);
  message.writeInt32LE(5000, 21);
  return message;
}
