import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startMongodb } from '../../../../infra/local/stores/mongodb.ts';
import { cache, env, temporaryState } from '../temporary-state.ts';

let state: string;
let remove: () => void;

beforeEach(() => ({ state, remove } = temporaryState()));
afterEach(() => remove());

test('keeps its documents over a restart, in the database that its URL names', async () => {
  for (const round of [0, 1]) {
    const service = await startMongodb({ state, cache, env });
    const client = new MongoClient(service.url);
    expect(client.db().databaseName).toBe('mcp_platform');
    expect(await client.db().collection('kept').countDocuments()).toBe(round);
    await client.db().collection('kept').insertOne({ word: 'grüße' });
    await client.close();
    await service.stop();
  }
});

test('is mongod where that is installed', async () => {
  mkdirSync(join(state, 'bin'));
  const script = `#!/bin/sh
case "$*" in
  *--version*) echo 'db version v7.0.5'; exit;;
esac
echo "$@" > ${state}/arguments
echo '{"msg":"Waiting for connections"}'
while :; do sleep 0.05; done
`;
  writeFileSync(join(state, 'bin', 'mongod'), script, { mode: 0o755 });
  const service = await startMongodb({ state, cache, env: { PATH: `${state}/bin:${process.env['PATH']}` } });
  expect(service.how).toBe('mongod 7.0.5 from PATH');
  const { port, password } = new URL(service.url);
  expect(readFileSync(join(state, 'run', 'mongod.key'), 'utf8')).toBe(password);
  expect(readFileSync(join(state, 'arguments'), 'utf8')).toBe(
    `--dbpath ${state}/mongodb --port ${port} --bind_ip 127.0.0.1 --nounixsocket --keyFile ${state}/run/mongod.key\n`,
  );
  await service.stop();
});

test('says what to set when its file cannot be used', async () => {
  writeFileSync(join(state, 'mongo.sqlite'), 'not a database, but long enough to look like one'.repeat(100));
  await expect(startMongodb({ state, cache, env: { PATH: '' } })).rejects.toThrow(
    /^the embedded MongoDB server does not start \(.*\): set MONGODB_URI$/,
  );
});
