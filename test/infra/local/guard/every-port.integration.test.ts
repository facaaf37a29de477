import { readdirSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { MongoClient } from 'mongodb';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Dev, startDev } from '../start-dev.ts';
import { temporaryState } from '../temporary-state.ts';
import { listeningPorts } from './listening-ports.ts';

const { state, remove } = temporaryState();
let dev: Dev;

beforeAll(async () => {
  dev = await startDev(state);
});
afterAll(async () => {
  await dev.stop();
  remove();
});

/** The status of a request with a Host of one's own; 0 when it is no HTTP that answers. */
function ask(port: number, headers: Record<string, string>, method = 'GET', path = '/health/live'): Promise<number> {
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, timeout: 3_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(0));
    sent.end();
  });
}

describe('every port that the platform listens on', () => {
  it('is on a list, so that no new one is forgotten here', () => {
    const { base, mysql, mongodb, redis, dynamodb, sqs, ecs, connections } = dev.addresses;
    const named = [base, mysql, mongodb, redis, dynamodb, sqs, ecs, connections].map((url) =>
      Number(new URL(url).port),
    );
    const listening = listeningPorts(dev.pid);
    expect(listening).toEqual(expect.arrayContaining(named));
    // Redis itself, which only the bridge knows.
    expect(listening).toHaveLength(named.length + 1);
  });

  it('serves no foreign Host', async () => {
    for (const port of listeningPorts(dev.pid)) {
      for (const [method, path] of [
        ['GET', '/health/live'],
        ['POST', '/'],
        ['OPTIONS', '/api/v1/mcps'],
        ['GET', `/?_token=${dev.addresses.redisToken}`],
      ] as const) {
        const status = await ask(port, { host: `evil.example:${port}` }, method, path);
        expect([0, 400, 403], `${method} ${path} on ${port}`).toContain(status);
      }
    }
  });

  it('serves none in the absolute form, nor a second one', async () => {
    const port = Number(new URL(dev.addresses.base).port);
    expect(await ask(port, { host: `localhost:${port}` })).toBe(200);
    expect(await ask(port, { host: `localhost:${port}` }, 'GET', 'http://evil.example/health/live')).toBe(403);
    const answer = await raw(port, 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });

  it('opens no WebSocket for a foreign page', async () => {
    const opened = (headers: Record<string, string>) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${dev.addresses.base.replace(/^http/, 'ws')}/ws`, { headers });
        socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode));
        socket.on('open', () => resolve('open'));
        socket.on('error', () => undefined);
      });
    expect(await opened({ host: 'evil.example' })).toBe(403);
    expect(await opened({ origin: 'https://evil.example' })).toBe(403);
    expect(await opened({ origin: 'http://localhost:3000' })).toBe(401);
  });

  it('takes no write from a foreign page, which needs no preflight for one', async () => {
    const port = Number(new URL(dev.addresses.base).port);
    const headers = { host: `localhost:${port}`, origin: 'https://evil.example', 'content-type': 'text/plain' };
    expect(await ask(port, headers, 'POST', '/api/v1/auth/login')).toBe(403);
  });
});

describe('without the secret of this start', () => {
  const region = 'us-east-1';
  const made = { accessKeyId: 'nobody', secretAccessKey: 'nothing' };

  it.each([
    [
      'dynamodb',
      (endpoint: string, credentials: typeof made) =>
        new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 }).send(new ListTablesCommand({})),
    ],
    [
      'sqs',
      (endpoint: string, credentials: typeof made) =>
        new SQSClient({ endpoint, region, credentials, maxAttempts: 1 }).send(new ListQueuesCommand({})),
    ],
    [
      'ecs',
      (endpoint: string, credentials: typeof made) =>
        new ECSClient({ endpoint, region, credentials, maxAttempts: 1 }).send(new ListTasksCommand({})),
    ],
  ] as const)('%s serves nobody', async (name, call) => {
    const { [name]: endpoint, accessKeyId, secretAccessKey } = dev.addresses;
    const refused = { name: 'UnrecognizedClientException' };
    await expect(call(endpoint, made)).rejects.toMatchObject(refused);
    // The key's name alone is no secret.
    await expect(call(endpoint, { ...made, accessKeyId })).rejects.toMatchObject(refused);
    await expect(call(endpoint, { accessKeyId, secretAccessKey })).resolves.toBeDefined();
  });

  it('no connection can be posted to', async () => {
    const port = Number(new URL(dev.addresses.connections).port);
    expect(await ask(port, { host: `127.0.0.1:${port}` }, 'POST', '/@connections/abc')).toBe(403);
  });

  it('the Redis bridge serves nobody', async () => {
    expect((await fetch(`${dev.addresses.redis}/ping`)).status).toBe(401);
  });

  it('MongoDB serves nobody', async () => {
    const url = new URL(dev.addresses.mongodb);
    const list = async (address: string) => {
      const client = new MongoClient(address, { serverSelectionTimeoutMS: 2_000 });
      try {
        return await client.db().listCollections().toArray();
      } finally {
        await client.close();
      }
    };
    expect(await list(url.href)).not.toEqual([]);
    await expect(list(`mongodb://${url.host}/mcp_platform`)).rejects.toMatchObject({ code: 13 });
    const wrong = new URL(url);
    wrong.password = 'guessed';
    await expect(list(wrong.href)).rejects.toMatchObject({ code: 18 });
  });

  it('MySQL serves nobody', async () => {
    const { hostname, port } = new URL(dev.addresses.mysql);
    const attempt = createConnection({ host: hostname, port: Number(port), user: 'platform', password: 'guessed' });
    await expect(attempt).rejects.toThrow('Access denied');
  });
});

it('keeps its state from everybody but its owner', () => {
  expect(statSync(state).mode & 0o777).toBe(0o700);
  const open = readdirSync(state, { recursive: true, withFileTypes: true })
    // MariaDB sets the rights of its data itself; nobody else gets into the folder above it.
    .filter(({ parentPath }) => !parentPath.startsWith(join(state, 'mysql')))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => path !== join(state, 'mysql') && (statSync(path).mode & 0o077) !== 0);
  expect(open).toEqual([]);
});

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => {
      resolve(chunk.toString());
      socket.destroy();
    });
    socket.on('error', () => resolve(''));
  });
}
