import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createTables } from '../../../../lib/adapters/dynamo/create-tables.ts';
import { openDynamo } from '../../../../lib/adapters/dynamo/client.ts';
import { openLive } from '../../../../lib/adapters/dynamo/live.ts';
import { liveTable, tableName } from '../../../../lib/adapters/dynamo/tables.ts';
import { patientMs } from '../../../../lib/live/fan-out.ts';
import { shareReads } from '../../../../lib/live/share-reads.ts';
import type { LiveEvent } from '../../../../events/live-event.ts';
import type { Caller } from '../../../../lib/kernel/http/caller.ts';
import { withCredentials } from '../../../../infra/local/environment.ts';
import { Problem } from '../../../../lib/kernel/errors/problem.ts';
import { waitUntil } from '../../../wait-until.ts';

/* The log of live events on a real table: one order for everybody, nothing lost at a page's end or in a gap. */

withCredentials(process.env, inject('stores'));
const settings = {
  STAGE: `log${Date.now().toString(36)}`,
  AWS_REGION: 'us-east-1',
  DYNAMODB_ENDPOINT: inject('stores').dynamodb,
};
const client = openDynamo(settings);
const { liveLog, fanOut, connections } = openLive(settings);
beforeAll(() => createTables(client, settings.STAGE));

const event = (text: string): LiveEvent => ({
  type: 'broadcast',
  timestamp: new Date().toISOString(),
  audience: {},
  data: { message: text },
});

/** For `catch`: what a client answers by coming again. */
function unlessBusy(error: unknown): false {
  if (error instanceof Problem && error.type === 'service-unavailable') return false;
  throw error;
}

async function readAll(after: number): Promise<string[]> {
  const found: string[] = [];
  for (let from = after; ;) {
    const { events, upTo } = await liveLog.since(from, 50);
    found.push(...events.map((one) => String(one.event.data['message'])));
    if (upTo === from) return found;
    from = upTo;
  }
}

describe('the live log', () => {
  it('gives every event one place, in an order that does not change, also when fifty are written at once', async () => {
    const before = await liveLog.head();
    // Who is told that DynamoDB is too slow for fifty at once comes again, as the relay does.
    const append = (_: unknown, n: number) =>
      waitUntil('it is written', () => liveLog.append(`many-${n}`, event(`many-${n}`)).catch(unlessBusy));
    const logged = await Promise.all(Array.from({ length: 50 }, append));
    const again = await Promise.all(Array.from({ length: 50 }, append));
    expect(again.map(({ id }) => id)).toEqual(logged.map(({ id }) => id));
    const ordered = logged.toSorted((a, b) => a.place - b.place).map((one) => String(one.event.data['message']));
    await expect.poll(() => readAll(before), { interval: 200 }).toEqual(ordered);
  });

  it('waits at a place that is being written, and passes over one whose writer died; that writer takes another', async () => {
    const before = await liveLog.head();
    await liveLog.append('first', event('first'));
    const lost = await liveLog.append('lost', event('lost'));
    await liveLog.append('last', event('last'));
    // As if the writer had died between taking its place and writing.
    const keyIn = (copy: number) => ({ pk: `log#${copy}`, sk: String(lost.place).padStart(16, '0') });
    for (const copy of [0, 1, 2, 3])
      await client.send(new DeleteCommand({ TableName: tableName(settings.STAGE, liveTable), Key: keyIn(copy) }));
    expect(await readAll(before)).toEqual(['first']);
    await expect.poll(() => readAll(before), { interval: 200 }).toEqual(['first', 'last']);
    const taken = await liveLog.append('lost', event('lost'));
    expect(taken.place).toBeGreaterThan(lost.place);
    expect(await liveLog.append('lost', event('lost'))).toMatchObject({ id: taken.id });
    await expect.poll(() => readAll(before), { interval: 200 }).toEqual(['first', 'last', 'lost']);
  });

  it('reads the same from every copy, also where a writer died before it had written them all', async () => {
    const before = await liveLog.head();
    for (const text of ['one', 'two', 'three']) await liveLog.append(`copy-${text}`, event(text));
    const Key = { pk: 'log#2', sk: String(before + 2).padStart(16, '0') };
    await client.send(new DeleteCommand({ TableName: tableName(settings.STAGE, liveTable), Key }));
    for (const reader of ['00', '01', '02', '03']) {
      const { events } = await liveLog.since(before, 10, reader);
      expect(events.map((one) => one.event.data['message'])).toEqual(['one', 'two', 'three']);
    }
  });

  it('reads on beyond a megabyte', async () => {
    const before = await liveLog.head();
    const large = 'x'.repeat(150_000);
    for (let n = 0; n < 15; n += 1) await liveLog.append(`large-${n}`, event(`${n} ${large}`));
    const { events } = await liveLog.since(before, 20);
    expect(events).toHaveLength(15);
  });

  it('finds the place of an id, and none for an id that it never gave', async () => {
    const { id, place } = await liveLog.append('found', event('found'));
    expect(await liveLog.find(id)).toBe(place);
    expect(await liveLog.find(id.replace(/^./, (digit) => (digit === '0' ? '1' : '0')))).toBeUndefined();
    expect(await liveLog.find(crypto.randomUUID())).toBeUndefined();
    expect(await liveLog.find('nonsense')).toBeUndefined();
  });
});

describe('the live log for many streams of one process', () => {
  it('is read about once for all that follow its end, and gives each of them everything once and in order', async () => {
    let reads = 0;
    const shared = shareReads({ ...liveLog, since: (...asked) => ((reads += 1), liveLog.since(...asked)) });
    const start = await liveLog.head();
    const followers = Array.from({ length: 40 }, () => ({ at: start, heard: [] as string[] }));
    const follow = () =>
      Promise.all(
        followers.map(async (follower) => {
          const { events, upTo } = await shared.since(follower.at, 200, 'ab');
          follower.at = upTo;
          follower.heard.push(...events.map((one) => String(one.event.data['message'])));
        }),
      );
    const sent = Array.from({ length: 30 }, (_, n) => `shared-${n}`);
    await follow();
    for (const text of sent) await liveLog.append(text, event(text));
    await expect
      .poll(
        async () => {
          await follow();
          return followers.every(({ heard }) => heard.length >= sent.length);
        },
        { interval: 300 },
      )
      .toBe(true);
    for (const { heard } of followers) expect(heard).toEqual(sent);
    expect(reads).toBeLessThan(40);
    // Who resumes from further back gets there as well.
    const { events } = await shared.since(start - 3, 200, 'ab');
    expect(events.length).toBeGreaterThanOrEqual(sent.length);
  });
});

describe('the right to post', () => {
  it('is one process’s at a time, and goes on from where the last one came', async () => {
    const first = await fanOut.acquire(7);
    expect(first?.upTo).toBe(7);
    // Whoever waits outlasts a holder that died.
    expect(first?.until).toBeLessThan(Date.now() + patientMs);
    expect(await fanOut.acquire(0)).toBeUndefined();
    expect(await fanOut.advance(first?.token ?? '', 9)).toBeGreaterThan(Date.now());
    expect(await fanOut.advance('somebody else', 20)).toBeUndefined();
    await fanOut.release(first?.token ?? '', 9);
    const second = await fanOut.acquire(0);
    expect(second?.upTo).toBe(9);
    await fanOut.release(second?.token ?? '', 9);
  });
});

describe('a channel', () => {
  it('has every subscriber, also beyond a megabyte of them', async () => {
    const caller: Caller = {
      userId: crypto.randomUUID(),
      role: 'developer',
      permissions: Array.from({ length: 2_000 }, () => 'mcps:read' as const),
    };
    for (let n = 0; n < 60; n += 10)
      await Promise.all(
        Array.from({ length: 10 }, async (_, offset) => {
          const connection = { id: `socket-${n + offset}`, caller, channels: [] };
          await connections.open(connection);
          await connections.subscribe(connection, ['crowd']);
        }),
      );
    expect(new Set((await connections.subscribers('crowd')).map(({ id }) => id)).size).toBe(60);
  });

  it('does not bring a closed connection back', async () => {
    const caller = { userId: crypto.randomUUID(), role: 'viewer', permissions: [] } as const;
    const connection = { id: 'gone', caller, channels: [] };
    await connections.open(connection);
    await connections.close('gone');
    await connections.subscribe(connection, ['quiet']);
    expect(await connections.find('gone')).toBeUndefined();
    expect(await connections.subscribers('quiet')).toEqual([]);
  });
});
