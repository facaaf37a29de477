import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  DeleteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../../kernel/http/caller.ts';
import type { Connection, ConnectionStore, LiveLog } from '../../live/ports.ts';
import { everybody } from '../../live/audience.ts';
import { ask, type DynamoSettings, openDynamo } from './client.ts';
import { dynamoLiveLog } from './live-log.ts';
import { queryPages } from './query-pages.ts';
import { seconds } from './requests.ts';
import { liveTable, tableName } from './tables.ts';

/** API Gateway ends a WebSocket after 2 h. */
const connectionMs = 2.2 * 3_600_000;
const only = '-';

export function openLive(settings: DynamoSettings): { liveLog: LiveLog; connections: ConnectionStore } {
  const client = openDynamo(settings);
  const table = tableName(settings.STAGE, liveTable);
  return { liveLog: dynamoLiveLog(client, table), connections: dynamoConnections(client, table) };
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
    const found = await queryPages(client, {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': `channel#${channel}` },
    });
    return found.filter(isAlive).map(connectionOf);
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
