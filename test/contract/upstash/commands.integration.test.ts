import type { Redis } from '@upstash/redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startContract } from './redis-client.ts';

let contract: Awaited<ReturnType<typeof startContract>>;
let redis: Redis;
let key: string;
let count = 0;

beforeAll(async () => {
  contract = await startContract();
  redis = contract.client();
});
afterAll(() => contract.stop());
beforeEach(() => {
  count += 1;
  key = `${contract.prefix}${count}`;
});

describe('strings', () => {
  test.each([
    ['text', 'plain'],
    ['unicode', 'grüße 你好 🎉 \u0000 \u{1F9D1}\u200D\u{1F680}'],
    ['lines', 'a\r\nb\n\tc "quoted" \\ /'],
    ['a number', 42.5],
    ['a boolean', true],
    ['an object', { a: [1, { b: null }], ü: 'ß' }],
    ['what looks like base64', 'T0s='],
    ['the word of a status', 'OK'],
    ['nothing', ''],
    ['a large text', 'ä'.repeat(300_000)],
  ])('gives back %s as it was set', async (_, value) => {
    expect(await redis.set(key, value)).toBe('OK');
    expect(await redis.get(key)).toEqual(value);
  });

  test('gives back text as it was set without base64 as well', async () => {
    const plain = contract.client({ responseEncoding: false, automaticDeserialization: false });
    await plain.set(key, 'grüße 你好 🎉\n"1"');
    expect(await plain.get(key)).toBe('grüße 你好 🎉\n"1"');
    expect(await plain.get(`${key}:missing`)).toBeNull();
  });

  test('sets with conditions and expiry', async () => {
    expect(await redis.set(key, 1, { nx: true, px: 50_000 })).toBe('OK');
    expect(await redis.set(key, 2, { nx: true })).toBeNull();
    expect(await redis.set(key, 3, { xx: true, keepTtl: true, get: true })).toBe(1);
    expect(await redis.ttl(key)).toBe(50);
    expect(await redis.getex(key, { persist: true })).toBe(3);
    expect(await redis.ttl(key)).toBe(-1);
    expect(await redis.ttl(`${key}:missing`)).toBe(-2);
    expect(await redis.getdel(key)).toBe(3);
    expect(await redis.exists(key)).toBe(0);
  });

  test('counts, cuts and joins', async () => {
    expect(await redis.incr(key)).toBe(1);
    expect(await redis.incrby(key, 10)).toBe(11);
    expect(await redis.decr(key)).toBe(10);
    expect(await redis.incrbyfloat(key, 0.5)).toBe(10.5);
    expect(await redis.append(`${key}:a`, 'hello')).toBe(5);
    expect(await redis.setrange(`${key}:a`, 1, 'ipp')).toBe(5);
    expect(await redis.getrange(`${key}:a`, 0, 3)).toBe('hipp');
    expect(await redis.strlen(`${key}:a`)).toBe(5);
    expect(await redis.mset({ [`${key}:b`]: 1, [`${key}:c`]: { x: 2 } })).toBe('OK');
    expect(await redis.mget(`${key}:b`, `${key}:missing`, `${key}:c`)).toEqual([1, null, { x: 2 }]);
    expect(await redis.setbit(`${key}:bits`, 7, 1)).toBe(0);
    expect(await redis.bitcount(`${key}:bits`, 0, -1)).toBe(1);
  });

  test('tells an error of Redis with the command', async () => {
    await redis.set(key, 'text');
    const direct = contract.client({ enableAutoPipelining: false });
    await expect(direct.incr(key)).rejects.toThrow('ERR value is not an integer or out of range, command was: ["incr"');
    await expect(redis.lpush(key, 1)).rejects.toThrow(/WRONGTYPE/);
  });
});

test('hashes', async () => {
  expect(await redis.hset(key, { a: 1, b: 'two', c: { d: [3] } })).toBe(3);
  expect(await redis.hgetall(key)).toEqual({ a: 1, b: 'two', c: { d: [3] } });
  expect(await redis.hgetall(`${key}:missing`)).toBeNull();
  expect(await redis.hget(key, 'b')).toBe('two');
  expect(await redis.hget(key, 'x')).toBeNull();
  expect(await redis.hmget(key, 'a', 'x')).toEqual({ a: 1, x: null });
  expect(await redis.hincrby(key, 'a', 4)).toBe(5);
  expect(await redis.hincrbyfloat(key, 'f', 0.25)).toBe(0.25);
  expect((await redis.hkeys(key)).toSorted()).toEqual(['a', 'b', 'c', 'f']);
  expect(await redis.hlen(key)).toBe(4);
  expect(await redis.hdel(key, 'a', 'x')).toBe(1);
  expect(await redis.hexists(key, 'a')).toBe(0);
  const [cursor, fields] = await redis.hscan(key, 0, { match: 'b' });
  expect([cursor, fields]).toEqual(['0', ['b', 'two']]);
});

test('lists', async () => {
  expect(await redis.rpush<unknown>(key, 'a', { b: 1 }, 3)).toBe(3);
  expect(await redis.lpush(key, 'first')).toBe(4);
  expect(await redis.lrange(key, 0, -1)).toEqual(['first', 'a', { b: 1 }, 3]);
  expect(await redis.lindex(key, 1)).toBe('a');
  expect(await redis.linsert(key, 'before', 'a', 'new')).toBe(5);
  expect(await redis.lset(key, 0, 'zero')).toBe('OK');
  expect(await redis.lrem(key, 0, 'new')).toBe(1);
  expect(await redis.lpop(key, 2)).toEqual(['zero', 'a']);
  expect(await redis.rpop(key)).toBe(3);
  expect(await redis.ltrim(key, 1, -1)).toBe('OK');
  expect(await redis.llen(key)).toBe(0);
  expect(await redis.lpop(key)).toBeNull();
});

test('sets', async () => {
  expect(await redis.sadd<unknown>(key, 'a', 'b', 1)).toBe(3);
  expect((await redis.smembers(key)).map(String).toSorted()).toEqual(['1', 'a', 'b']);
  expect(await redis.sismember(key, 'a')).toBe(1);
  expect(await redis.smismember(key, ['a', 'x'])).toEqual([1, 0]);
  expect(await redis.srem(key, 'a')).toBe(1);
  await redis.sadd(`${key}:other`, 'b', 'z');
  expect(await redis.sinter(key, `${key}:other`)).toEqual(['b']);
  expect(await redis.sdiffstore(`${key}:to`, `${key}:other`, key)).toBe(1);
  expect(await redis.scard(`${key}:to`)).toBe(1);
  expect(await redis.spop(`${key}:to`)).toBe('z');
});

test('sorted sets', async () => {
  expect(await redis.zadd(key, { score: 1, member: 'a' }, { score: 2.5, member: 'b' }, { score: 3, member: 'c' })).toBe(
    3,
  );
  expect(await redis.zadd(key, { gt: true, ch: true }, { score: 2, member: 'c' })).toBe(0);
  expect(await redis.zincrby(key, 10, 'a')).toBe(11);
  expect(await redis.zscore(key, 'b')).toBe(2.5);
  expect(await redis.zscore(key, 'x')).toBeNull();
  expect(await redis.zmscore(key, ['b', 'x'])).toEqual([2.5, null]);
  expect(await redis.zrange(key, 0, -1, { withScores: true })).toEqual(['b', 2.5, 'c', 3, 'a', 11]);
  expect(await redis.zrange(key, 3, '+inf', { byScore: true, offset: 0, count: 1 })).toEqual(['c']);
  expect(await redis.zrange(key, 0, 0, { rev: true })).toEqual(['a']);
  expect(await redis.zrank(key, 'a')).toBe(2);
  expect(await redis.zcount(key, '(2.5', '+inf')).toBe(2);
  expect(await redis.zremrangebyscore(key, 0, 3)).toBe(2);
  expect(await redis.zcard(key)).toBe(1);
  expect(await redis.zpopmax(key)).toEqual(['a', 11]);
});

test('streams', async () => {
  const first = await redis.xadd(key, '*', { event: 'created', n: 1 });
  await redis.xadd(key, '*', { event: 'changed' }, { trim: { type: 'MAXLEN', threshold: 10, comparison: '=' } });
  expect(await redis.xlen(key)).toBe(2);
  expect(await redis.xrange(key, '-', '+', 1)).toEqual({ [first]: { event: 'created', n: 1 } });
  const read = await redis.xread(key, '0-0');
  expect(read).toMatchObject([
    [
      key,
      [
        [first, ['event', 'created', 'n', 1]],
        [expect.any(String), ['event', 'changed']],
      ],
    ],
  ]);
  expect(await redis.xgroup(key, { type: 'CREATE', group: 'g', id: '0' })).toBe('OK');
  expect(await redis.xreadgroup('g', 'me', key, '>', { count: 1 })).toMatchObject([
    [key, [[first, expect.anything()]]],
  ]);
  expect(await redis.xack(key, 'g', first)).toBe(1);
  expect(await redis.xdel(key, first)).toBe(1);
});

test('geo positions, which are nested in their answer', async () => {
  await redis.geoadd(
    key,
    { longitude: 13.4, latitude: 52.5, member: 'berlin' },
    { longitude: 9.9, latitude: 53.5, member: 'hamburg' },
  );
  const position = await redis.geopos(key, 'berlin', 'nowhere');
  expect(position[0]?.lng).toBeCloseTo(13.4, 3);
  expect(await redis.geodist(key, 'berlin', 'hamburg', 'KM')).toBeGreaterThan(200);
});

test('keys', async () => {
  await redis.set(key, 1);
  expect(await redis.type(key)).toBe('string');
  expect(await redis.expire(key, 100)).toBe(1);
  expect(await redis.pttl(key)).toBeGreaterThan(99_000);
  expect(await redis.persist(key)).toBe(1);
  expect(await redis.rename(key, `${key}:new`)).toBe('OK');
  const found: string[] = [];
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, { match: `${key}:*`, count: 100 });
    found.push(...keys);
    cursor = next;
  } while (cursor !== '0');
  expect(found).toEqual([`${key}:new`]);
  expect(await redis.copy(`${key}:new`, key)).toBe('COPIED');
  expect(await redis.unlink(key, `${key}:new`, `${key}:missing`)).toBe(2);
  expect(await redis.ping()).toBe('PONG');
  expect(await redis.echo('hällo')).toBe('hällo');
  expect(await redis.time()).toEqual([expect.any(Number), expect.any(Number)]);
});

const failing = () => redis.pipeline().set(key, 'x').incr(key).get(key);

describe('several commands in one request', () => {
  test('a pipeline answers each command', async () => {
    const answers = await redis
      .pipeline()
      .set(key, { a: 1 })
      .get(key)
      .hset(`${key}:h`, { f: 'ü' })
      .hgetall(`${key}:h`)
      .exec();
    expect(answers).toEqual(['OK', { a: 1 }, 1, { f: 'ü' }]);
  });

  test('a pipeline names the command that failed, or keeps the errors in their place', async () => {
    await expect(failing().exec()).rejects.toThrow('Command 2 [ incr ] failed: ERR value is not an integer');
    const kept = await failing().exec({ keepErrors: true });
    expect(kept.map(({ error }) => error)).toEqual([
      undefined,
      'ERR value is not an integer or out of range',
      undefined,
    ]);
    expect(kept[2].result).toBe('x');
  });

  test('a transaction runs as a whole', async () => {
    const bump = () => redis.multi().incr(key).incr(key).exec();
    const pairs = await Promise.all(Array.from({ length: 10 }, bump));
    for (const [first, second] of pairs) expect(second).toBe(first + 1);
    expect(await redis.get(key)).toBe(20);
  });

  test('automatic pipelining gathers what is asked at once', async () => {
    const gathering = contract.client({ enableAutoPipelining: true });
    const keys = Array.from({ length: 50 }, (_, n) => `${key}:${n}`);
    await Promise.all(keys.map((each, n) => gathering.set(each, n)));
    expect(await Promise.all(keys.map((each) => gathering.get(each)))).toEqual(keys.map((_, n) => n));
  });
});

describe('scripts', () => {
  const script = `return {KEYS[1], ARGV[1], {tonumber(ARGV[2]), {false}}}`;

  test('are run with keys and arguments, and answer nested values', async () => {
    expect(await redis.eval(script, [key], ['ä', 2])).toEqual([key, 'ä', [2, [null]]]);
  });

  test('are loaded and run by their hash', async () => {
    const hash = await redis.scriptLoad(script);
    expect(await redis.scriptExists(hash, 'f'.repeat(40))).toEqual([1, 0]);
    expect(await redis.evalsha(hash, [key], ['a', 1])).toEqual([key, 'a', [1, [null]]]);
    await expect(redis.evalsha('f'.repeat(40), [], [])).rejects.toThrow(/NOSCRIPT/);
  });

  test('are sent when the server does not know them yet', async () => {
    const made = redis.createScript<number>(`return redis.call('INCRBY', KEYS[1], ARGV[1]) -- ${key}`);
    expect(await made.exec([key], ['5'])).toBe(5);
    expect(await made.exec([key], ['5'])).toBe(10);
  });

  test("run with the flag of Upstash's own scripts, by text and by hash", async () => {
    const flagged = `#!lua flags=allow-key-locking\nreturn redis.call('INCR', KEYS[1])`;
    expect(await redis.eval(flagged, [key], [])).toBe(1);
    const hash = await redis.scriptLoad(flagged);
    expect(await redis.evalsha(hash, [key], [])).toBe(2);
    expect(await redis.pipeline().evalsha(hash, [key], []).exec()).toEqual([3]);
    expect(await redis.scriptExists(hash)).toEqual([1]);
  });

  test('tell where they failed', async () => {
    await expect(redis.eval(`return redis.call('INCR')`, [], [])).rejects.toThrow(/Wrong number of args/i);
  });
});
