import { randomBytes } from 'node:crypto';
import { beforeAll, expect, inject, test } from 'vitest';
import { createTables } from '../../../../lib/adapters/dynamo/create-tables.ts';
import { openDynamo } from '../../../../lib/adapters/dynamo/client.ts';
import { openLive } from '../../../../lib/adapters/dynamo/live.ts';
import type { LiveEvent } from '../../../../events/live-event.ts';
import type { Caller } from '../../../../lib/kernel/http/caller.ts';
import { newId } from '../../../../lib/kernel/ids.ts';

/* DynamoDB ends every page of a query after 1 MB. What is behind it is there all the same. */

const settings = {
  STAGE: `t${randomBytes(5).toString('hex')}`,
  AWS_REGION: 'us-east-1',
  DYNAMODB_ENDPOINT: inject('stores').dynamodb,
};
const { liveLog, connections } = openLive(settings);
const ada = { userId: newId(), role: 'developer' } as const;
const ben = { userId: newId(), role: 'developer' } as const;
const admin = { userId: newId(), role: 'admin' } as const;
const event = (audience: LiveEvent['audience'], data: Record<string, unknown> = {}): LiveEvent => ({
  type: 'mcp_changed',
  timestamp: new Date().toISOString(),
  audience,
  data,
});

beforeAll(() => {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'local';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'local';
  return createTables(openDynamo(settings), settings.STAGE);
});

test('a listener gets every event of an hour that holds more than a page, in order, and each once', async () => {
  const before = newId();
  const large = 'x'.repeat(15_000);
  const written: string[] = [];
  for (let start = 0; start < 150; start += 10) {
    const some = Array.from({ length: 10 }, () =>
      liveLog.append(newId(), event({ permission: 'mcps:read' }, { large })),
    );
    written.push(...(await Promise.all(some)).map(({ id }) => id));
  }
  const found = await liveLog.since(ada, before, 200);
  expect(found.map(({ id }) => id)).toEqual(written.toSorted());
  const first = await liveLog.since(ada, before, 100);
  const rest = await liveLog.since(ada, first.at(-1)?.id ?? '', 100);
  expect([...first, ...rest].map(({ id }) => id)).toEqual(written.toSorted());
});

test('what belongs to one person is read by them and by admins alone; what belongs to nobody, by all', async () => {
  const before = newId();
  const own = await liveLog.append(newId(), event({ user_id: ada.userId }));
  const everybodys = await liveLog.append(newId(), event({}));
  const idsFor = async (listener: typeof ada | typeof admin) =>
    (await liveLog.since(listener, before, 10)).map(({ id }) => id);
  expect(await idsFor(ada)).toEqual([own.id, everybodys.id]);
  expect(await idsFor(admin)).toEqual([own.id, everybodys.id]);
  expect(await idsFor(ben)).toEqual([everybodys.id]);
});

test('a publication that is repeated is one event', async () => {
  const before = newId();
  const key = newId();
  const [first, again] = [await liveLog.append(key, event({})), await liveLog.append(key, event({}))];
  expect(again.id).toBe(first.id);
  expect(await liveLog.since(ada, before, 10)).toHaveLength(1);
});

test('every subscriber of a channel is found, when a page does not hold them', async () => {
  const caller = { ...ada, username: 'a'.repeat(2000), permissions: [] } as unknown as Caller;
  const ids = Array.from({ length: 700 }, (_, index) => `c${index}`);
  for (let start = 0; start < ids.length; start += 50)
    await Promise.all(ids.slice(start, start + 50).map((id) => connections.subscribe({ id, caller }, 'tasks')));
  expect((await connections.subscribers('tasks')).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
});
