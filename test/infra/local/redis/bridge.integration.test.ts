import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRedisBridge } from '../../../../infra/local/redis/bridge.ts';
import { freePort } from '../../../../infra/local/process/free-port.ts';
import { startRedisServer } from '../../../../infra/local/stores/redis.ts';
import { cache, env, temporaryState } from '../temporary-state.ts';

const bearer = 'a-token';
const { state, remove } = temporaryState();
let redis: Awaited<ReturnType<typeof startRedisServer>>;
let bridge: Awaited<ReturnType<typeof startRedisBridge>>;

beforeAll(async () => {
  redis = await startRedisServer({ state, cache, env });
  bridge = await startRedisBridge({ redisUrl: redis.url, token: bearer, port: 0 });
});

afterAll(async () => {
  await bridge.stop();
  await redis.child.stop();
  remove();
});

async function call(path: string, init: RequestInit = {}, base = bridge.url) {
  const headers = { authorization: `Bearer ${bearer}`, ...(init.headers as Record<string, string> | undefined) };
  const response = await fetch(`${base}${path}`, { ...init, headers });
  return { status: response.status, body: await response.json() };
}

const post = (path: string, body: unknown, headers = {}) =>
  call(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });

describe('who may call', () => {
  test.each([
    ['without a token', {}],
    ['with a wrong token', { authorization: 'Bearer wrong' }],
    ['with another scheme', { authorization: `Basic ${bearer}` }],
  ])('refuses a caller %s', async (_, headers) => {
    const response = await fetch(`${bridge.url}/get/a`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: 'WRONGPASS invalid or missing auth token' });
  });

  test('takes the token from the query, and does not hand it on', async () => {
    const response = await fetch(`${bridge.url}/set/by-query/1?_token=${bearer}&EX=100`);
    expect(await response.json()).toEqual({ result: 'OK' });
    expect((await call('/ttl/by-query')).body).toEqual({ result: 100 });
  });
});

describe('commands', () => {
  test('takes a command as a JSON array', async () => {
    expect(await post('/', ['SET', 'n', 1.5, 'EX', 100])).toEqual({ status: 200, body: { result: 'OK' } });
    expect(await post('/', ['GET', 'n'])).toEqual({ status: 200, body: { result: '1.5' } });
    expect(await post('/', ['GET', 'missing'])).toEqual({ status: 200, body: { result: null } });
  });

  test('takes a command as a path, with options in the query and the value in the body', async () => {
    await call('/set/path%20with%2Fslash/v%C3%A4lue?EX=100&NX');
    expect((await call('/get/path%20with%2Fslash')).body).toEqual({ result: 'välue' });
    await call('/set/posted?EX=100', { method: 'POST', body: '{"a":[1,2]}' });
    expect((await call('/get/posted')).body).toEqual({ result: '{"a":[1,2]}' });
    expect((await call('/ttl/posted', { method: 'PUT' })).body).toEqual({ result: 100 });
  });

  test('answers an error of Redis with 400', async () => {
    await post('/', ['SET', 'text', 'abc']);
    expect(await post('/', ['INCR', 'text'])).toEqual({
      status: 400,
      body: { error: 'ERR value is not an integer or out of range' },
    });
  });

  test('answers integers beyond 2^53 digit by digit', async () => {
    await post('/', ['SET', 'large', '9007199254740993']);
    const response = await fetch(`${bridge.url}/incr/large?_token=${bearer}`);
    expect(await response.text()).toBe('{"result":9007199254740994}');
  });

  test('encodes strings at any depth in base64 when asked, but for OK', async () => {
    const base64 = { 'upstash-encoding': 'base64' };
    expect((await post('/', ['SET', 'b', 'ÿ'], base64)).body).toEqual({ result: 'OK' });
    expect((await post('/', ['PING'], base64)).body).toEqual({ result: 'UE9ORw==' });
    const script = `return {1, 'a', {'b', {'c'}}, false}`;
    const nested = [1, 'YQ==', ['Yg==', ['Yw==']], null];
    expect((await post('/', ['EVAL', script, 0], base64)).body).toEqual({ result: nested });
  });
});

describe('malformed input', () => {
  test.each([
    ['no JSON', '{"a"', 'ERR failed to parse the body as JSON'],
    ['nothing', '', 'ERR failed to parse the body as JSON'],
    ['no array', '{"a":1}', 'ERR failed to parse the command at []: a command is a JSON array'],
    ['an empty command', '[]', 'ERR failed to parse the command at []: empty command'],
    ['a null argument', '["SET","a",null]', 'ERR failed to parse the command at [2]: Invalid input'],
    ['a nested argument', '["SET","a",{}]', 'ERR failed to parse the command at [2]: Invalid input'],
  ])('refuses %s as a command', async (_, body, error) => {
    expect(await post('/', body)).toEqual({ status: 400, body: { error } });
  });

  test.each(['/pipeline', '/multi-exec'])('refuses on %s what is no list of commands', async (path) => {
    for (const body of ['[]', '["GET","a"]', '[[]]', '[[null]]', 'x']) {
      expect(await post(path, body)).toMatchObject({ status: 400, body: { error: /^ERR/ } });
    }
  });

  test('refuses a path that is not percent-encoded', async () => {
    expect(await call('/get/%E0%A4%A')).toEqual({
      status: 400,
      body: { error: 'ERR the path is not valid percent-encoding' },
    });
  });

  test('refuses other methods', async () => {
    expect((await call('/get/a', { method: 'DELETE' })).status).toBe(405);
  });

  test('refuses a body beyond 10 MB', async () => {
    expect(await post('/set/huge', 'x'.repeat(11 * 1024 * 1024))).toEqual({
      status: 413,
      body: { error: 'ERR max request size exceeded' },
    });
  });

  test.each([
    ['BLPOP', 'a', 0],
    ['MULTI'],
    ['SUBSCRIBE', 'a'],
    ['SHUTDOWN'],
    ['XREAD', 'BLOCK', 0, 'STREAMS', 'a', '$'],
  ])('refuses %s, which would take the connection from the others', async (...command) => {
    expect(await post('/pipeline', [['PING'], command])).toEqual({
      status: 400,
      body: { error: `ERR Command is not available: '${command[0]}'` },
    });
  });
});

describe('pipelines and transactions', () => {
  test('runs a pipeline to its end, with an error in its place', async () => {
    const { status, body } = await post('/pipeline', [
      ['SET', 'p', 'x'],
      ['INCR', 'p'],
      ['GET', 'p'],
    ]);
    expect(status).toBe(200);
    expect(body).toEqual([{ result: 'OK' }, { error: 'ERR value is not an integer or out of range' }, { result: 'x' }]);
  });

  test('runs nothing of a transaction that has a command which Redis does not know', async () => {
    await post('/', ['DEL', 't']);
    expect(await post('/multi-exec', [['SET', 't', 1], ['NOSUCH']])).toEqual({
      status: 400,
      body: { error: 'EXECABORT Transaction discarded because of previous errors.' },
    });
    expect((await call('/exists/t')).body).toEqual({ result: 0 });
  });

  test('keeps transactions whole while others write', async () => {
    await post('/', ['DEL', 'c']);
    const transactions = Array.from({ length: 20 }, () =>
      post('/multi-exec', [
        ['INCR', 'c'],
        ['INCR', 'c'],
      ]),
    );
    const others = Array.from({ length: 20 }, () => post('/', ['INCR', 'c']));
    const results = (await Promise.all(transactions)).map(({ body }) => body as { result: number }[]);
    await Promise.all(others);
    for (const [first, second] of results) expect(second?.result).toBe((first?.result ?? 0) + 1);
    expect((await call('/get/c')).body).toEqual({ result: '60' });
  });
});

test.each(['/subscribe/news', '/psubscribe/n*', '/monitor'])(
  'refuses the stream %s, which it does not serve',
  async (path) => {
    expect((await call(path)).status).toBe(400);
  },
);

describe('a Redis that is not there', () => {
  test('answers 503 while it is gone and serves again when it is back', async () => {
    const proxy = await startProxy(Number(new URL(redis.url).port));
    const url = redis.url.replace(/\d+$/, String(proxy.port));
    const lossy = await startRedisBridge({ redisUrl: url, token: bearer, port: 0, deadlineMs: 300 });
    const ping = () => call('/ping', {}, lossy.url);
    expect(await ping()).toEqual({ status: 200, body: { result: 'PONG' } });

    proxy.mute();
    expect(await ping()).toEqual({
      status: 503,
      body: { error: expect.stringMatching(/^ERR redis cannot be reached: .* 300ms/) },
    });
    await proxy.down();
    expect((await Promise.all([ping(), ping()])).map(({ status }) => status)).toEqual([503, 503]);
    await proxy.up();
    expect(await ping()).toEqual({ status: 200, body: { result: 'PONG' } });

    await lossy.stop();
    await proxy.down();
  });

  test('says what is wrong when the password is not accepted', async () => {
    const url = redis.url.replace(/:\w+@/, ':wrong@');
    const wrong = await startRedisBridge({ redisUrl: url, token: bearer, port: 0 });
    const { status, body } = await call('/ping', {}, wrong.url);
    expect({ status, body }).toMatchObject({ status: 503, body: { error: /WRONGPASS/ } });
    await wrong.stop();
  });
});

/** A line to Redis that can go silent or down. */
async function startProxy(target: number) {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let server: Server;
  const up = async () => {
    server = createServer((client) => {
      const upstream = connect(target, '127.0.0.1');
      for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined));
      client.pipe(upstream).pipe(client);
    });
    await once(server.listen(port, '127.0.0.1'), 'listening');
  };
  const down = async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => server.close(resolve));
  };
  const mute = () => {
    for (const socket of sockets) socket.unpipe();
  };
  await up();
  return { port, up, down, mute };
}
