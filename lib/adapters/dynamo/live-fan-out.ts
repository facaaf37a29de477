import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from './sdk.ts';
import type { FanOut } from '../../live/ports.ts';
import { ask } from './client.ts';
import { unlessLost } from './requests.ts';

const Key = { pk: 'fan-out', sk: '-' };
/** Who posts stops 4 s before its end and renews it every 2.5 s, so a renewal may be slow. */
const leaseMs = 12_000;

/** One item: up to where events are posted, and who is posting. */
export function dynamoFanOut(client: DynamoDBDocumentClient, TableName: string): FanOut {
  const update = (UpdateExpression: string, ConditionExpression: string, values: Record<string, unknown>) =>
    unlessLost(
      ask((o) =>
        client.send(
          new UpdateCommand({
            TableName,
            Key,
            UpdateExpression,
            ConditionExpression,
            ExpressionAttributeNames: { '#holder': 'holder' },
            ExpressionAttributeValues: values,
            ReturnValues: 'ALL_NEW',
          }),
          o,
        ),
      ),
    );
  return {
    async acquire(initial) {
      const token = randomUUID();
      const now = Date.now();
      const until = now + leaseMs;
      const taken = await update(
        'SET #holder = :token, until_ms = :until, reached = if_not_exists(reached, :initial)',
        'attribute_not_exists(#holder) OR until_ms < :now',
        { ':token': token, ':until': until, ':now': now, ':initial': initial },
      );
      return taken && { token, upTo: Number(taken.Attributes?.['reached']), until };
    },
    async advance(token, upTo) {
      const until = Date.now() + leaseMs;
      const values = { ':token': token, ':reached': upTo, ':until': until };
      return (await update('SET reached = :reached, until_ms = :until', '#holder = :token', values)) && until;
    },
    async release(token, upTo) {
      const values = { ':token': token, ':reached': upTo };
      await update('SET reached = :reached REMOVE #holder, until_ms', '#holder = :token', values);
    },
    async reached() {
      const { Item } = await ask((o) => client.send(new GetCommand({ TableName, Key, ConsistentRead: true }), o));
      return Number(Item?.['reached'] ?? 0);
    },
  };
}
