import type { Redis } from '@upstash/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startContract } from './redis-client.ts';

let contract: Awaited<ReturnType<typeof startContract>>;
let redis: Redis;
let channel: string;

beforeAll(async () => {
  contract = await startContract();
  redis = contract.client();
  channel = `${contract.prefix}news`;
});
afterAll(() => contract.stop());

test('hears what is published on its channel, in order, as it was sent', async () => {
  const subscriber = redis.subscribe<unknown>(channel);
  const subscribed = new Promise((resolve) => subscriber.on('subscribe', resolve));
  const heard: unknown[] = [];
  const all = new Promise<void>((resolve) =>
    subscriber.on('message', ({ message }) => {
      heard.push(message);
      if (heard.length === 4) resolve();
    }),
  );
  expect(await subscribed).toBe(1);
  const sent = [{ type: 'task_update', progress: 50 }, 'text, with commas', 'grüße 🎉', 7];
  for (const message of sent) expect(await redis.publish(channel, message)).toBe(1);
  await redis.publish(`${channel}:other`, 'not for us');
  await all;
  expect(heard).toEqual(sent);
  await subscriber.unsubscribe();
  await expect.poll(() => redis.publish(channel, 'nobody listens')).toBe(0);
});

test('hears every channel of a pattern', async () => {
  const pattern = `${contract.prefix}tasks:*`;
  const subscriber = redis.psubscribe<{ n: number }>(pattern);
  const heard = new Promise((resolve) => subscriber.on('pmessage', resolve));
  await new Promise((resolve) => subscriber.on('psubscribe', resolve));
  await redis.publish(`${contract.prefix}tasks:42`, { n: 1 });
  expect(await heard).toEqual({ pattern, channel: `${contract.prefix}tasks:42`, message: { n: 1 } });
  await subscriber.unsubscribe();
});

test('hears its own channel each when there are several', async () => {
  const channels = [`${channel}:a`, `${channel}:b`];
  const subscriber = redis.subscribe<string>(channels);
  const heard = new Set<string>();
  let subscriptions = 0;
  subscriber.on('subscribe', () => (subscriptions += 1));
  for (const each of channels) subscriber.on(`message:${each}`, ({ message }) => heard.add(message));
  await expect.poll(() => subscriptions).toBe(2);
  for (const each of channels) await redis.publish(each, each);
  await expect.poll(() => [...heard].toSorted()).toEqual(channels);
  await subscriber.unsubscribe();
});
