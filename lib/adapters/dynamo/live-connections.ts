import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from './sdk.ts';
import type { Caller } from '../../kernel/http/caller.ts';
import type { Connection, ConnectionStore } from '../../live/ports.ts';
import { ask } from './client.ts';
import { queryPages } from './query-pages.ts';
import { seconds, unlessLost } from './requests.ts';

/** API Gateway ends a WebSocket after 2 h. */
const connectionMs = 2.2 * 3_600_000;

type Item = Record<string, unknown>;
const keyOf = (id: string) => ({ pk: `connection#${id}`, sk: '-' });
const subscriptionKey = (id: string, channel: string) => ({ pk: `channel#${channel}`, sk: id });
const itemOf = ({ id, caller }: Connection) => ({
  id,
  user_id: caller.userId,
  caller: JSON.stringify(caller),
  expires_at: seconds(Date.now() + connectionMs),
});

export function dynamoConnections(client: DynamoDBDocumentClient, TableName: string): ConnectionStore {
  const put = (Item: Item) => ask((o) => client.send(new PutCommand({ TableName, Item }), o));
  const change = (id: string, expression: 'ADD' | 'DELETE', channels: readonly string[]) => {
    const update = new UpdateCommand({
      TableName,
      Key: keyOf(id),
      UpdateExpression: `${expression} channels :channels`,
      // One that was closed meanwhile does not come back by this.
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':channels': new Set(channels) },
    });
    return unlessLost(ask((o) => client.send(update, o)));
  };
  const removeSubscriptions = (id: string, channels: readonly string[]) =>
    Promise.all(
      channels.map((channel) =>
        ask((o) => client.send(new DeleteCommand({ TableName, Key: subscriptionKey(id, channel) }), o)),
      ),
    );
  return {
    open: async (connection) => void (await put({ ...keyOf(connection.id), ...itemOf(connection) })),
    async find(id) {
      const { Item } = await ask((o) =>
        client.send(new GetCommand({ TableName, Key: keyOf(id), ConsistentRead: true }), o),
      );
      return Item && isAlive(Item) ? connectionOf(Item) : undefined;
    },
    async subscribe(connection, channels) {
      // The connection remembers its channels, so that closing it finds them.
      if (!(await change(connection.id, 'ADD', channels))) return;
      const item = itemOf(connection);
      await Promise.all(channels.map((channel) => put({ ...subscriptionKey(connection.id, channel), ...item })));
    },
    async unsubscribe(id, channels) {
      await removeSubscriptions(id, channels);
      await change(id, 'DELETE', channels);
    },
    async close(id) {
      const remove = new DeleteCommand({ TableName, Key: keyOf(id), ReturnValues: 'ALL_OLD' });
      const { Attributes } = await ask((o) => client.send(remove, o));
      await removeSubscriptions(id, channelsOf(Attributes ?? {}));
    },
    async subscribers(channel) {
      const found = await queryPages(client, {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': `channel#${channel}` },
        // Who has just subscribed is among them.
        ConsistentRead: true,
      });
      return found.filter(isAlive).map(connectionOf);
    },
  };
}

function isAlive(item: Item): boolean {
  return Number(item['expires_at']) * 1000 > Date.now() && item['caller'] !== undefined;
}

function channelsOf(item: Item): string[] {
  return [...((item['channels'] ?? new Set()) as Set<string>)];
}

function connectionOf(item: Item): Connection {
  return { id: String(item['id']), caller: JSON.parse(String(item['caller'])) as Caller, channels: channelsOf(item) };
}
