import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeAll, expect, inject, it } from 'vitest';
import { withCredentials } from '../../../../infra/local/environment.ts';
import { openDynamo } from '../../../../lib/adapters/dynamo/client.ts';
import { createTables } from '../../../../lib/adapters/dynamo/create-tables.ts';
import { openQuotaStores } from '../../../../lib/adapters/dynamo/quotas.ts';

/* Who has how many streams and sockets open, on a real table. */

withCredentials(process.env, inject('stores'));
const settings = {
  STAGE: `oc${Date.now().toString(36)}`,
  AWS_REGION: 'us-east-1',
  DYNAMODB_ENDPOINT: inject('stores').dynamodb,
};
const { open } = openQuotaStores(settings);
const hour = 3_600_000;
beforeAll(() => createTables(openDynamo(settings), settings.STAGE));

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: { readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> };
}
type Send = (this: unknown, command: Command, ...rest: unknown[]) => Promise<{ readonly ScannedCount?: number }>;
const vendor = Object.getPrototypeOf(DynamoDBClient.prototype) as { send: Send };
const { send } = vendor;
afterEach(() => void (vendor.send = send));

async function enterSome(kind: 'streams' | 'sockets', userId: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `${index}-${randomUUID()}`);
  for (const id of ids) await open.enter(kind, userId, id, hour);
  return ids;
}

it('are counted for each person, without a look at those of others', async () => {
  const [ada, bob] = [randomUUID(), randomUUID()];
  await enterSome('sockets', ada, 2);
  await enterSome('sockets', bob, 7);
  await enterSome('streams', ada, 1);
  const looked: unknown[] = [];
  vendor.send = async function watch(command, ...rest) {
    const answer = await send.call(this, command, ...rest);
    if (command.input.ExpressionAttributeValues?.[':pk'] !== 'open#sockets') looked.push(answer.ScannedCount);
    return answer;
  };
  expect(await open.count('sockets', ada)).toEqual({ person: 2, total: 9 });
  expect(looked).toEqual([2]);
});

it('leave, the oldest of a person first where room is wanted', async () => {
  const ada = randomUUID();
  const [oldest = '', next = ''] = await enterSome('streams', ada, 2);
  await open.leaveOldest('streams', ada);
  expect([await open.has('streams', oldest), await open.has('streams', next)]).toEqual([false, true]);
  await open.leave('streams', next);
  expect((await open.count('streams', ada)).person).toBe(0);
});

it.each([1, 2])(
  'leave also when the process died before deletion %i: the next try does what is left',
  async (fatal) => {
    const ada = randomUUID();
    const [id = ''] = await enterSome('streams', ada, 1);
    let deletions = 0;
    vendor.send = function dying(command, ...rest) {
      if (command.constructor.name === 'DeleteCommand' && (deletions += 1) === fatal) throw new TypeError('died');
      return send.call(this, command, ...rest);
    };
    await expect(open.leave('streams', id)).rejects.toThrow('died');
    vendor.send = send;
    // Their quota is used up by nothing that is over.
    expect((await open.count('streams', ada)).person).toBe(fatal === 1 ? 1 : 0);
    expect(await open.has('streams', id)).toBe(true);
    await open.leave('streams', id);
    expect(await open.has('streams', id)).toBe(false);
    expect((await open.count('streams', ada)).person).toBe(0);
  },
);
