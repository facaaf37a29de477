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

const partition = (kind: string) => `open#${kind}`;
const keyOf = (kind: string, id: string) => ({ pk: partition(kind), sk: id });

/** The total of the whole installation may be this old: it is a bound, no account. */
const totalMs = 1000;

/** Each open stream or socket is an item; its id is a UUIDv7 (a socket's is API Gateway's), so a person's streams stand in the order of their beginnings. */
function dynamoOpenConnections(client: DynamoDBDocumentClient, TableName: string): OpenConnections {
  const query = (kind: string, filter: string, values: Record<string, unknown>) => ({
    TableName,
    KeyConditionExpression: 'pk = :pk',
    // DynamoDB deletes what is over some time later.
    FilterExpression: `expires_at > :now${filter}`,
    ExpressionAttributeValues: { ':pk': partition(kind), ':now': seconds(Date.now()), ...values },
    ConsistentRead: true,
  });
  const ofPerson = (kind: string, userId: string) => query(kind, ' AND user_id = :user', { ':user': userId });
  const totals = new Map<string, { readonly until: number; value: number }>();
  const totalOf = async (kind: string): Promise<number> => {
    const known = totals.get(kind);
    if (known && Date.now() < known.until) return known.value;
    const value = await countPages(client, query(kind, '', {}));
    totals.set(kind, { until: Date.now() + totalMs, value });
    return value;
  };
  const leave: OpenConnections['leave'] = async (kind, id) =>
    void (await ask((o) => client.send(new DeleteCommand({ TableName, Key: keyOf(kind, id) }), o)));
  return {
    async enter(kind, userId, id, ttlMs) {
      const Item = { ...keyOf(kind, id), user_id: userId, expires_at: seconds(Date.now() + ttlMs) };
      await ask((o) => client.send(new PutCommand({ TableName, Item }), o));
      const total = totals.get(kind);
      if (total) total.value += 1;
    },
    leave,
    async leaveOldest(kind, userId) {
      const [oldest] = await queryPages(client, ofPerson(kind, userId));
      if (oldest) await leave(kind, String(oldest['sk']));
    },
    async has(kind, id) {
      const get = new GetCommand({ TableName, Key: keyOf(kind, id), ConsistentRead: true });
      return (await ask((o) => client.send(get, o))).Item !== undefined;
    },
    async count(kind, userId) {
      const [person, total] = await Promise.all([countPages(client, ofPerson(kind, userId)), totalOf(kind)]);
      return { person, total };
    },
  };
}
