import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../../infra/local/process/free-port.ts';
import { ownService } from '../../../../infra/local/stores/own-service.ts';

const server = createServer((socket) => socket.end());
let port: number;

beforeAll(async () => {
  port = await freePort();
  await once(server.listen(port, '127.0.0.1'), 'listening');
});
afterAll(() => server.close());

test.each([
  (at: number) => `mysql://user:pass@127.0.0.1:${at}/db`,
  (at: number) => `http://127.0.0.1:${at}`,
  (at: number) => `mongodb://localhost:${at}/db?directConnection=true`,
  () => 'mongodb+srv://cluster.example.com/db',
  () => 'mongodb://one.example.com:27017,two.example.com:27017/db?replicaSet=r',
])('is taken as it is given: %#', async (make) => {
  const url = make(port);
  expect(await ownService('mongodb', 'SOME_URL', { SOME_URL: url })).toMatchObject({ url, how: 'yours: SOME_URL' });
});

test.each([{}, { SOME_URL: '' }])('is none when its variable is not set: %j', async (env) => {
  expect(await ownService('mysql', 'SOME_URL', env)).toBeUndefined();
});
