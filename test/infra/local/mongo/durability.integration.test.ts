import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const serverFile = new URL('../../../../infra/local/mongo/server.ts', import.meta.url).href;
// A server in a process of its own, which may be killed.
const program = `
  const { startMongo } = await import('${serverFile}');
  const { url } = await startMongo({ file: process.argv[1] });
  process.stdout.write(url + '\\n');
`;
const clientOptions: MongoClientOptions = { serverSelectionTimeoutMS: 300, retryWrites: false, directConnection: true };

describe('durability', () => {
  let directory = '';
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mongo-durability-'));
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  async function serve(): Promise<{ url: string; kill(): Promise<void> }> {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, join(directory, 'mongo.sqlite')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return {
      url: line.toString().trim(),
      async kill() {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      },
    };
  }

  it('keeps every acknowledged write when the process is killed at any moment', async () => {
    const acknowledged = new Set<number>();
    let next = 0;
    for (let round = 0; round < 5; round++) {
      const server = await serve();
      const client = await new MongoClient(server.url, clientOptions).connect();
      const collection = client.db('test').collection<{ _id: number; n?: number }>('writes');
      if (round === 0) await collection.createIndex({ n: 1 }, { unique: true });
      const writers = Array.from({ length: 4 }, async () => {
        for (;;) {
          const id = (next += 1);
          try {
            await collection.insertOne({ _id: id, n: id });
          } catch {
            return;
          }
          acknowledged.add(id);
        }
      });
      const enough = acknowledged.size + 20 + Math.floor(Math.random() * 100);
      await expect.poll(() => acknowledged.size, { interval: 1 }).toBeGreaterThan(enough);
      await server.kill();
      await Promise.all(writers);
      await client.close();
    }
    const server = await serve();
    const client = await new MongoClient(server.url, clientOptions).connect();
    const collection = client.db('test').collection<{ _id: number; n?: number }>('writes');
    const kept = new Set((await collection.find().toArray()).map(({ _id }) => _id));
    const byIndex = await collection
      .find({ n: { $gt: 0 } })
      .sort({ n: 1 })
      .toArray();
    await client.close();
    expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([]);
    expect(byIndex).toHaveLength(kept.size);
  });

  it('keeps collections, indexes and options over a restart', async () => {
    const first = await serve();
    const before = await new MongoClient(first.url, clientOptions).connect();
    await before.db('test').collection('a').createIndex({ slug: 1 }, { unique: true, name: 'by-slug' });
    await before.db('test').collection('a').insertOne({ slug: 'x' });
    await before.close();
    await first.kill();
    const second = await serve();
    const after = await new MongoClient(second.url, clientOptions).connect();
    const collection = after.db('test').collection('a');
    expect((await collection.indexes()).map(({ name, unique }) => [name, unique])).toEqual([
      ['_id_', undefined],
      ['by-slug', true],
    ]);
    await expect(collection.insertOne({ slug: 'x' })).rejects.toMatchObject({ code: 11_000 });
    await after.close();
  });
});
