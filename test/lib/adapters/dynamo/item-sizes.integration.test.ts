import { randomBytes } from 'node:crypto';
import { beforeAll, expect, inject, it } from 'vitest';
import { withCredentials } from '../../../../infra/local/environment.ts';
import { openDynamo } from '../../../../lib/adapters/dynamo/client.ts';
import { createTables } from '../../../../lib/adapters/dynamo/create-tables.ts';
import { dynamoIdempotency } from '../../../../lib/adapters/dynamo/idempotency.ts';
import { openLive } from '../../../../lib/adapters/dynamo/live.ts';
import { requestsTable, tableName } from '../../../../lib/adapters/dynamo/tables.ts';
import { publish } from '../../../../lib/live/publish.ts';
import { newEncryptor } from '../../auth/keys.ts';

/* DynamoDB takes items of 400 KB. Whatever grows with what somebody sends is measured before it is written. */

withCredentials(process.env, inject('stores'));
const settings = {
  STAGE: `size${Date.now().toString(36)}`,
  AWS_REGION: 'us-east-1',
  DYNAMODB_ENDPOINT: inject('stores').dynamodb,
};
const client = openDynamo(settings);
beforeAll(() => createTables(client, settings.STAGE));

/** Text that does not get smaller when it is packed. */
const noise = (bytes: number): string => randomBytes((bytes * 3) / 4).toString('base64');

it('of an answer that is too large to be kept, it is kept that there was one', async () => {
  const store = dynamoIdempotency(client, tableName(settings.STAGE, requestsTable), newEncryptor());
  for (const [key, bytes, kept] of [
    ['small', 1000, { statusCode: 201 }],
    ['large', 600_000, 'too-large'],
  ] as const) {
    const claimed = await store.claim(key, 'same', 1000);
    if (claimed.state !== 'ours') throw new Error('Nobody else has this key.');
    await store.keep(claimed.claim, { statusCode: 201, headers: {}, body: noise(bytes) });
    const again = await store.claim(key, 'same', 1000);
    expect(again).toMatchObject({
      state: 'answered',
      answer: typeof kept === 'string' ? kept : expect.objectContaining(kept),
    });
  }
});

it('a result that no item holds is left out of its event, which everybody gets', async () => {
  const live = openLive(settings);
  const sockets = { post: async () => true, close: async () => undefined };
  const data = { task_id: 't', status: 'completed' };
  const event = { type: 'task_update', timestamp: new Date().toISOString(), audience: {}, data } as const;
  await publish({ ...live, sockets }, 'large', { ...event, data: { ...data, result: noise(900_000) } });
  await publish({ ...live, sockets }, 'small', { ...event, data: { ...data, result: 'done' } });
  const { events } = await live.liveLog.since(0, 10);
  expect(events.map((logged) => logged.event.data)).toEqual([data, { ...data, result: 'done' }]);
});
