import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../../../events/live-event.ts';
import type { Caller } from '../../../lib/kernel/http/caller.ts';
import { catchUp } from '../../../lib/live/catch-up.ts';
import { fanOut } from '../../../lib/live/fan-out.ts';
import type { LoggedEvent } from '../../../lib/live/ports.ts';
import { waitUntil } from '../../wait-until.ts';

/* Posting to very many sockets, and to slow ones. What happens on real stores is tested beside the functions. */

const caller: Caller = { userId: 'ada', role: 'viewer', permissions: ['mcps:read'] };
const event: LiveEvent = {
  type: 'mcp_changed',
  timestamp: '2026-01-31T09:30:00.000Z',
  audience: { permission: 'mcps:read' },
  data: {},
};

/** A log of so many events, and sockets that listen to all of them. `post` posts one. */
function platformOf(
  sockets: number,
  events: number,
  post: (id: string, place: number) => Promise<boolean>,
  leaseMs = 60_000,
) {
  const log = Array.from({ length: events }, (_, at): LoggedEvent => ({ id: `${at + 1}`, place: at + 1, event }));
  const kept: number[] = [];
  let [reached, isHeld] = [0, false];
  return {
    kept,
    reached: () => reached,
    services: {
      liveLog: {
        append: async () => Promise.reject(new Error('not asked')),
        head: async () => events,
        find: async () => undefined,
        since: async (after: number, limit: number) => {
          const found = log.slice(after, after + limit);
          return { events: found, upTo: found.at(-1)?.place ?? after };
        },
      },
      fanOut: {
        acquire: async () => {
          if (isHeld) return undefined;
          isHeld = true;
          return { token: 't', upTo: reached, until: Date.now() + leaseMs };
        },
        advance: async (_: string, upTo: number) => {
          kept.push(upTo);
          reached = upTo;
          return Date.now() + leaseMs;
        },
        release: async (_: string, upTo: number) => {
          reached = upTo;
          isHeld = false;
        },
        reached: async () => reached,
      },
      connections: {
        open: async () => undefined,
        find: async () => undefined,
        subscribe: async () => undefined,
        unsubscribe: async () => undefined,
        close: async () => undefined,
        subscribers: async () => Array.from({ length: sockets }, (_, n) => ({ id: `s${n}`, caller, channels: [] })),
      },
      sockets: {
        post: (id: string, message: unknown) => post(id, Number((message as { id: string }).id)),
        close: async () => undefined,
      },
    },
  };
}

describe('posting', () => {
  it('begins nothing when its right to post may lapse before a post ends, and is done by the next who asks', async () => {
    const posted: number[] = [];
    const post = async (_: string, place: number) => posted.push(place) > 0;
    const late = platformOf(2, 3, post, 3_000);
    await expect(fanOut(late.services, 3)).rejects.toMatchObject({ type: 'service-unavailable' });
    expect([posted, late.reached()]).toEqual([[], 0]);
    const next = platformOf(2, 3, post);
    await fanOut(next.services, 3);
    expect(posted).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it('reaches ten thousand sockets, each once and in order, a hundred at a time', async () => {
    const heard = new Map<string, number[]>();
    let [running, most] = [0, 0];
    const { services, reached } = platformOf(10_000, 3, async (id, place) => {
      most = Math.max(most, (running += 1));
      await Promise.resolve();
      heard.set(id, [...(heard.get(id) ?? []), place]);
      running -= 1;
      return true;
    });
    await fanOut(services, 3);
    expect(reached()).toBe(3);
    expect(most).toBe(100);
    expect(heard.size).toBe(10_000);
    expect([...heard.values()].filter((places) => places.join() !== '1,2,3')).toEqual([]);
  });

  it('keeps the right to post for as long as it takes', async () => {
    const slow = Promise.withResolvers<boolean>();
    const { services, kept, reached } = platformOf(1, 1, () => slow.promise);
    const posted = fanOut(services, 1);
    await waitUntil('the lease was renewed twice', () => kept.length >= 2);
    expect(new Set(kept)).toEqual(new Set([0]));
    slow.resolve(true);
    await posted;
    expect(reached()).toBe(1);
    expect(kept.at(-1)).toBe(1);
  });
});

describe('catching up', () => {
  const connection = { id: 's0', caller, channels: [] };

  it.each([
    ['subscribes with what was missed posted', 2, 60_000, ['mcps'], [1, 2]],
    ['posts nothing when somebody else may be posting by then', 2, 3_000, [], []],
    ['subscribes nobody then, though nothing was missed yet', 0, 3_000, [], []],
  ])('%s', async (_, missed, leaseMs, subscribed, posted) => {
    const [seen, places]: [string[], number[]] = [[], []];
    const { services } = platformOf(0, missed, async (_id, place) => places.push(place) > 0, leaseMs);
    const connections = {
      ...services.connections,
      subscribe: async (_c: object, to: readonly string[]) => void seen.push(...to),
    };
    // They were posted between its look at the log and its lease.
    const acquire = async () => ({ token: 't', upTo: missed, until: Date.now() + leaseMs });
    const fanOut = { ...services.fanOut, acquire };
    const done = catchUp({ ...services, connections, fanOut }, connection, ['mcps'], 0);
    if (subscribed.length === 0) await expect(done).rejects.toMatchObject({ type: 'service-unavailable' });
    else await done;
    expect([seen, places]).toEqual([subscribed, posted]);
  });
});
