import { randomBytes } from 'node:crypto';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { LockStore, OpenConnections } from '../../quotas/ports.ts';
import { ask, type DynamoSettings, openDynamo } from './client.ts';
import { queryPages } from './query-pages.ts';
import { seconds, unlessLost } from './requests.ts';
import { liveTable, requestsTable, tableName } from './tables.ts';

export function openQuotaStores(settings: DynamoSettings): { locks: LockStore; open: OpenConnections } {
  const client = openDynamo(settings);
  return {
    locks: dynamoLocks(client, tableName(settings.STAGE, requestsTable)),
    open: dynamoOpenConnections(client, tableName(settings.STAGE, liveTable)),
  };
}

function dynamoLocks(client: DynamoDBDocumentClient, TableName: string): LockStore {
  return {
    async acquire(key, leaseMs) {
      const now = Date.now();
      const token = randomBytes(12).toString('base64url');
      const put = new PutCommand({
        TableName,
        Item: { pk: `lock#${key}`, token, ends_at: now + leaseMs, expires_at: seconds(now + leaseMs) },
        ConditionExpression: 'attribute_not_exists(pk) OR ends_at <= :now',
        ExpressionAttributeValues: { ':now': now },
      });
      return (await unlessLost(ask((o) => client.send(put, o)))) && token;
    },
    async release(key, token) {
      const remove = new DeleteCommand({
        TableName,
        Key: { pk: `lock#${key}` },
        ConditionExpression: '#token = :token',
        ExpressionAttributeNames: { '#token': 'token' },
        ExpressionAttributeValues: { ':token': token },
      });
      await unlessLost(ask((o) => client.send(remove, o)));
    },
  };
}

const partition = (kind: string) => `open#${kind}`;

/** Each open stream or socket is an item. */
function dynamoOpenConnections(client: DynamoDBDocumentClient, TableName: string): OpenConnections {
  return {
    async enter(kind, userId, id, ttlMs) {
      const Item = { pk: partition(kind), sk: id, user_id: userId, expires_at: seconds(Date.now() + ttlMs) };
      await ask((o) => client.send(new PutCommand({ TableName, Item }), o));
    },
    async leave(kind, id) {
      await ask((o) => client.send(new DeleteCommand({ TableName, Key: { pk: partition(kind), sk: id } }), o));
    },
    async count(kind, userId) {
      const found = await queryPages(client, {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partition(kind) },
        ProjectionExpression: 'user_id, expires_at',
        ConsistentRead: true,
      });
      const owners = found
        .filter(({ expires_at }) => Number(expires_at) * 1000 > Date.now())
        .map(({ user_id }) => String(user_id));
      return { person: owners.filter((owner) => owner === userId).length, total: owners.length };
    },
  };
}
