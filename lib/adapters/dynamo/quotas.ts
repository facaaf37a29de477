import { randomBytes } from 'node:crypto';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from './sdk.ts';
import type { LockStore, OpenConnections } from '../../quotas/ports.ts';
import { ask, type DynamoSettings, openDynamo } from './client.ts';
import { countPages, queryPages } from './query-pages.ts';
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

/** Each open stream or socket is an item among its person's, which are counted at each opening, and one among everybody's, which are not. */
const partitionOf = (kind: string, userId?: string) => `open#${kind}${userId === undefined ? '' : `#${userId}`}`;

/** The total of the whole installation may be this old: it is a bound, no account. */
const totalMs = 1000;

/** Ids are UUIDv7 (a socket's is API Gateway's), so a person's streams stand in the order of their beginnings. */
function dynamoOpenConnections(client: DynamoDBDocumentClient, TableName: string): OpenConnections {
  const alive = (kind: string, userId?: string) => ({
    TableName,
    KeyConditionExpression: 'pk = :pk',
    // DynamoDB deletes what is over some time later.
    FilterExpression: 'expires_at > :now',
    ExpressionAttributeValues: { ':pk': partitionOf(kind, userId), ':now': seconds(Date.now()) },
    ConsistentRead: true,
  });
  const totals = new Map<string, { readonly until: number; value: number }>();
  const totalOf = async (kind: string): Promise<number> => {
    const known = totals.get(kind);
    if (known && Date.now() < known.until) return known.value;
    const value = await countPages(client, alive(kind));
    totals.set(kind, { until: Date.now() + totalMs, value });
    return value;
  };
  const find = async (kind: string, id: string) => {
    const get = new GetCommand({ TableName, Key: { pk: partitionOf(kind), sk: id }, ConsistentRead: true });
    return (await ask((o) => client.send(get, o))).Item;
  };
  const remove = (pk: string, sk: string) =>
    ask((o) => client.send(new DeleteCommand({ TableName, Key: { pk, sk } }), o));
  const leave: OpenConnections['leave'] = async (kind, id) => {
    const item = await find(kind, id);
    if (!item) return;
    // In this order: who dies between the two leaves the person no connection that is none, and a second try finds it.
    await remove(partitionOf(kind, String(item['user_id'])), id);
    await remove(partitionOf(kind), id);
  };
  return {
    async enter(kind, userId, id, ttlMs) {
      const item = { sk: id, user_id: userId, expires_at: seconds(Date.now() + ttlMs) };
      for (const pk of [partitionOf(kind), partitionOf(kind, userId)])
        await ask((o) => client.send(new PutCommand({ TableName, Item: { pk, ...item } }), o));
      const total = totals.get(kind);
      if (total) total.value += 1;
    },
    leave,
    async leaveOldest(kind, userId) {
      const [oldest] = await queryPages(client, alive(kind, userId));
      if (oldest) await leave(kind, String(oldest['sk']));
    },
    has: async (kind, id) => (await find(kind, id)) !== undefined,
    async count(kind, userId) {
      const [person, total] = await Promise.all([countPages(client, alive(kind, userId)), totalOf(kind)]);
      return { person, total };
    },
  };
}
