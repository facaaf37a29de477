import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startMongo } from '../../infra/local/mongo/server.ts';

const count = 100_000;
const rounds = 1000;

async function measured(name: string, act: (i: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    await act(i);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(2).padStart(7);
  console.log(`${name.padEnd(34)} p50 ${at(0.5)} ms   p99 ${at(0.99)} ms`);
}

/** Prints what one operation of the embedded MongoDB server costs among 100,000 documents, driver and socket included. */
export async function run(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'mongo-bench-'));
  const server = await startMongo({ file: join(directory, 'mongo.sqlite') });
  const client = await new MongoClient(server.url).connect();
  const collection = client
    .db('bench')
    .collection<{ _id: number; owner: number; at: Date; name: string; text: string }>('documents');
  try {
    await collection.createIndexes([{ key: { owner: 1, at: -1 } }, { key: { name: 1 }, unique: true }]);
    const start = performance.now();
    for (let first = 0; first < count; first += 5000) {
      const batch = Array.from({ length: 5000 }, (_, i) => first + i);
      await collection.insertMany(
        batch.map((i) => ({
          _id: i,
          owner: i % 1000,
          at: new Date(i * 1000),
          name: `name ${i}`,
          text: 'x'.repeat(200),
        })),
      );
    }
    console.log(`insertMany, 3 indexes: ${Math.round((count / (performance.now() - start)) * 1000)} documents/s`);
    const pick = (): number => Math.floor(Math.random() * count);
    await measured('find by _id', () => collection.findOne({ _id: pick() }));
    await measured('find by a unique field', () => collection.findOne({ name: `name ${pick()}` }));
    await measured('find ten of one owner, latest first', () =>
      collection
        .find({ owner: pick() % 1000 })
        .sort({ at: -1 })
        .limit(10)
        .toArray(),
    );
    await measured('find by $in of five', () =>
      collection.find({ name: { $in: Array.from({ length: 5 }, () => `name ${pick()}`) } }).toArray(),
    );
    await measured('insert one', (i) =>
      collection.insertOne({ _id: count + i, owner: 1, at: new Date(), name: `new ${i}`, text: 'x' }),
    );
    await measured('update one by _id', () => collection.updateOne({ _id: pick() }, { $set: { text: 'y' } }));
    await measured('delete one by _id', (i) => collection.deleteOne({ _id: count + i }));
  } finally {
    await client.close();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
