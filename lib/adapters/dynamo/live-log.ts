import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { LiveEvent } from '../../../events/live-event.ts';
import { newId } from '../../kernel/ids.ts';
import type { LiveLog, Listener, LoggedEvent } from '../../live/ports.ts';
import { ask } from './client.ts';
import { queryPages } from './query-pages.ts';
import { seconds, unlessLost } from './requests.ts';

const hourMs = 3_600_000;
const keptMs = 24 * hourMs;
const only = '-';

/** What everybody may hear is written so often, and each listener reads one copy: a partition of DynamoDB gives 3,000 read units a second. */
const copies = 4;

/** The log is cut in hours, so that no partition grows without end. */
function hourOf(id: string): number {
  return Math.floor(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) / hourMs);
}

const expires = (): number => seconds(Date.now() + keptMs);

/** Where an event is written: for everybody, or for its owner and once more for admins, who hear everything. */
function shardsFor({ audience: { user_id } }: LiveEvent): string[] {
  if (user_id !== undefined) return [`user:${user_id}`, 'admins'];
  return Array.from({ length: copies }, (_, copy) => `everybody:${copy}`);
}

/** Where a listener finds all that they may hear. */
function shardsOf({ userId, role }: Listener): string[] {
  const copy = Number.parseInt(userId.slice(-2), 16) % copies || 0;
  return [`everybody:${copy}`, role === 'admin' ? 'admins' : `user:${userId}`];
}

export function dynamoLiveLog(client: DynamoDBDocumentClient, TableName: string): LiveLog {
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
  /** Of one shard, those of the hours from `after` until now. Eventually consistent, at half the price: the listener looks back some seconds anyway. */
  const sinceIn = async (shard: string, after: string, limit: number): Promise<Record<string, unknown>[]> => {
    const found: Record<string, unknown>[] = [];
    const thisHour = Math.floor(Date.now() / hourMs);
    for (let hour = hourOf(after); hour <= thisHour && found.length < limit; hour += 1) {
      const query = {
        TableName,
        KeyConditionExpression: 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': `log#${hour}#${shard}`, ':after': after },
      };
      found.push(...(await queryPages(client, query, limit - found.length)));
    }
    return found;
  };
  return {
    async append(key, event) {
      const id = await positionOf(key);
      const text = JSON.stringify(event);
      await Promise.all(
        shardsFor(event).map((shard) => {
          const Item = { pk: `log#${hourOf(id)}#${shard}`, sk: id, event: text, expires_at: expires() };
          return ask((o) => client.send(new PutCommand({ TableName, Item }), o));
        }),
      );
      return { id, event };
    },
    async since(listener, after, limit) {
      const found = await Promise.all(shardsOf(listener).map((shard) => sinceIn(shard, after, limit)));
      return found
        .flat()
        .map(({ sk, event }): LoggedEvent => ({ id: String(sk), event: LiveEvent.parse(JSON.parse(String(event))) }))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit);
    },
  };
}
