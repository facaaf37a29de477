import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  DeleteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { LiveEvent } from '../../../events/live-event.ts';
import type { Caller } from '../../kernel/http/caller.ts';
import { newId } from '../../kernel/ids.ts';
import type { Connection, ConnectionStore, LiveLog, LoggedEvent } from '../../live/ports.ts';
import { everybody } from '../../live/audience.ts';
import { ask, type DynamoSettings, openDynamo } from './client.ts';
import { seconds, unlessLost } from './requests.ts';
import { liveTable, tableName } from './tables.ts';

const hourMs = 3_600_000;
const keptMs = 24 * hourMs;
/** API Gateway ends a WebSocket after 2 h. */
const connectionMs = 2.2 * hourMs;
const only = '-';

export function openLive(settings: DynamoSettings): { liveLog: LiveLog; connections: ConnectionStore } {
  const client = openDynamo(settings);
  const table = tableName(settings.STAGE, liveTable);
  return { liveLog: dynamoLiveLog(client, table), connections: dynamoConnections(client, table) };
}

/** The log is cut in hours, so that no partition grows without end. */
function hourOf(id: string): number {
  return Math.floor(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) / hourMs);
}

const expires = (): number => seconds(Date.now() + keptMs);

function dynamoLiveLog(client: DynamoDBDocumentClient, TableName: string): LiveLog {
  /** The place of a publication: taken by whoever asks first, the same for everybody after. */
  const positionOf = async (key: string): Promise<string> => {
    const id = newId();
    const Key = { pk: `place#${key}`, sk: only };
    const take = new PutCommand({
      TableName,
      Item: { ...Key, id, expires_at: expires() },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    if (await unlessLost(ask((o) => client.send(take, o)))) return id;
    const { Item } = await ask((o) => client.send(new GetCommand({ TableName, Key, ConsistentRead: true }), o));
    return String(Item?.['id'] ?? id);
  };
  return {
    async append(key, event) {
      const id = await positionOf(key);
      const Item = { pk: `log#${hourOf(id)}`, sk: id, event: JSON.stringify(event), expires_at: expires() };
      await ask((o) => client.send(new PutCommand({ TableName, Item }), o));
      return { id, event };
    },
    async since(after, limit) {
      const found: LoggedEvent[] = [];
      const thisHour = Math.floor(Date.now() / hourMs);
      for (let hour = hourOf(after); hour <= thisHour && found.length < limit; hour += 1) {
        const query = new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk AND sk > :after',
          ExpressionAttributeValues: { ':pk': `log#${hour}`, ':after': after },
          Limit: limit - found.length,
          ConsistentRead: true,
        });
        const { Items = [] } = await ask((o) => client.send(query, o));
        found.push(
          ...Items.map(({ sk, event }) => ({ id: String(sk), event: LiveEvent.parse(JSON.parse(String(event))) })),
        );
      }
      return found;
    },
  };
}

const keyOf = (id: string) => ({ pk: `connection#${id}`, sk: only });
const subscriptionKey = (id: string, channel: string) => ({ pk: `channel#${channel}`, sk: id });
const itemOf = ({ id, caller }: Connection) => ({
  id,
  user_id: caller.userId,
  caller: JSON.stringify(caller),
  expires_at: seconds(Date.now() + connectionMs),
});

function dynamoConnections(client: DynamoDBDocumentClient, TableName: string): ConnectionStore {
  const subscribers = async (channel: string): Promise<Connection[]> => {
    const query = new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': `channel#${channel}` },
    });
    const { Items = [] } = await ask((o) => client.send(query, o));
    return Items.filter(isAlive).map(connectionOf);
  };
  return {
    async open(connection) {
      await ask((o) =>
        client.send(new PutCommand({ TableName, Item: { ...keyOf(connection.id), ...itemOf(connection) } }), o),
      );
    },
    async find(id) {
      const { Item } = await ask((o) =>
        client.send(new GetCommand({ TableName, Key: keyOf(id), ConsistentRead: true }), o),
      );
      return Item && isAlive(Item) ? connectionOf(Item) : undefined;
    },
    async subscribe(connection, channel) {
      // The connection remembers its channels, so that closing it finds them.
      const note = new UpdateCommand({
        TableName,
        Key: keyOf(connection.id),
        UpdateExpression: 'ADD channels :channel',
        ExpressionAttributeValues: { ':channel': new Set([channel]) },
      });
      await ask((o) => client.send(note, o));
      const Item = { ...subscriptionKey(connection.id, channel), ...itemOf(connection) };
      await ask((o) => client.send(new PutCommand({ TableName, Item }), o));
    },
    async unsubscribe(id, channel) {
      await ask((o) => client.send(new DeleteCommand({ TableName, Key: subscriptionKey(id, channel) }), o));
    },
    async close(id) {
      const remove = new DeleteCommand({ TableName, Key: keyOf(id), ReturnValues: 'ALL_OLD' });
      const { Attributes } = await ask((o) => client.send(remove, o));
      const channels = (Attributes?.['channels'] ?? new Set()) as Set<string>;
      await Promise.all(
        [...channels].map((channel) =>
          ask((o) => client.send(new DeleteCommand({ TableName, Key: subscriptionKey(id, channel) }), o)),
        ),
      );
    },
    subscribers,
    ofUser: async (userId) => (await subscribers(everybody)).filter(({ caller }) => caller.userId === userId),
  };
}

function isAlive(item: Record<string, unknown>): boolean {
  return Number(item['expires_at']) * 1000 > Date.now() && item['caller'] !== undefined;
}

function connectionOf(item: Record<string, unknown>): Connection {
  return {
    id: String(item['id']),
    caller: JSON.parse(String(item['caller'])) as Caller,
  };
}
