import { expect, test } from 'vitest';
import { newId } from '../../../lib/kernel/ids.ts';
import type { Connection } from '../../../lib/live/ports.ts';
import { type LiveServices, publish } from '../../../lib/live/publish.ts';

/** A room in which so many listen, and what was sent in it. */
function room(listeners: number) {
  const connections = Array.from({ length: listeners }, (_, index) => ({
    id: `c${index}`,
    caller: { userId: newId(), role: 'viewer', permissions: [] },
  })) as unknown as Connection[];
  const posted: string[] = [];
  const portions: string[][] = [];
  const services = {
    liveLog: { append: async (_: string, event: unknown) => ({ id: newId(), event }), since: async () => [] },
    connections: { subscribers: async () => connections, close: async () => undefined },
    sockets: { post: async (id: string) => (posted.push(id), true), close: async () => undefined },
    fanOut: { send: async (_: unknown, ids: readonly string[]) => void portions.push([...ids]) },
  } as unknown as LiveServices;
  const send = () =>
    publish(services, newId(), { type: 'broadcast', timestamp: new Date().toISOString(), audience: {}, data: {} });
  return { send, posted, portions, ids: connections.map(({ id }) => id) };
}

test('a hundred listeners are sent to at once', async () => {
  const { send, posted, portions, ids } = room(100);
  await send();
  expect(posted).toEqual(ids);
  expect(portions).toEqual([]);
});

test('more are handed over in portions, each listener in exactly one, so that nobody publishes for longer than a function lives', async () => {
  const { send, posted, portions, ids } = room(1050);
  await send();
  expect(posted).toEqual([]);
  expect(portions.flat()).toEqual(ids);
  expect(Math.max(...portions.map(({ length }) => length))).toBeLessThanOrEqual(100);
});
