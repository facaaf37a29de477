import { BatchWriteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from './sdk.ts';
import { LiveEvent } from '../../../events/live-event.ts';
import type { LiveLog, LoggedEvent } from '../../live/ports.ts';
import { ask } from './client.ts';
import { eventId, placeOfId } from './live-ids.ts';
import { queryPages } from './query-pages.ts';
import { seconds, unlessLost } from './requests.ts';

const keptMs = 24 * 3_600_000;
/** A writer that has not written after this has died, or is slow and takes another place. */
const gapMs = 2000;
const only = '-';
const headKey = { pk: 'log-head', sk: only };
/** The log is written so often, and readers are spread over the copies: a partition of DynamoDB gives 3,000 read units a second. The first is the truth. */
const copies = 4;
const entryKey = (place: number, copy = 0) => ({ pk: `log#${copy}`, sk: String(place).padStart(16, '0') });
const expires = (): number => seconds(Date.now() + keptMs);

type Item = Record<string, unknown>;

export function dynamoLiveLog(client: DynamoDBDocumentClient, TableName: string): LiveLog {
  const get = async (Key: { pk: string; sk: string }): Promise<Item | undefined> =>
    (await ask((o) => client.send(new GetCommand({ TableName, Key, ConsistentRead: true }), o))).Item;
  /** Writes an item where there is none. False when there is one. */
  const putNew = async (item: Item): Promise<boolean> => {
    const put = new PutCommand({ TableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' });
    return (await unlessLost(ask((o) => client.send(put, o)))) !== undefined;
  };
  const nextPlace = async (): Promise<number> => {
    const next = new UpdateCommand({
      TableName,
      Key: headKey,
      UpdateExpression: 'ADD places :one',
      ExpressionAttributeValues: { ':one': 1 },
      ReturnValues: 'UPDATED_NEW',
    });
    return Number((await ask((o) => client.send(next, o))).Attributes?.['places']);
  };
  const skip = (place: number): Promise<boolean> =>
    putNew({ ...entryKey(place), skipped: true, expires_at: expires() });

  /** The place of a publication, the same for everybody who asks with its key. A place that turned out not to be needed is passed over. */
  const claimPlace = async (key: string, lost?: number): Promise<number> => {
    const place = await nextPlace();
    const Key = { pk: `place#${key}`, sk: only };
    const claim = new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: 'SET place = :place, expires_at = :expires',
      ConditionExpression: lost === undefined ? 'attribute_not_exists(pk)' : 'place = :lost',
      ExpressionAttributeValues: {
        ':place': place,
        ':expires': expires(),
        ...(lost !== undefined && { ':lost': lost }),
      },
    });
    if (await unlessLost(ask((o) => client.send(claim, o)))) return place;
    await skip(place);
    return Number((await get(Key))?.['place']);
  };

  /** A copy that is left out for want of capacity is filled from the original by its readers. */
  const writeCopies = (item: Item, place: number) => {
    const puts = Array.from({ length: copies - 1 }, (_, n) => ({
      PutRequest: { Item: { ...item, ...entryKey(place, n + 1) } },
    }));
    return ask((o) => client.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }), o));
  };
  /** What stands at a place that is not in a copy yet; written as skipped when its writer has left it. Undefined while it is still waited for. */
  const fill = async (place: number, isOld: boolean): Promise<Item | undefined> => {
    const original = await get(entryKey(place));
    if (original || !isOld) return original;
    return (await skip(place)) ? { skipped: true } : undefined;
  };

  return {
    async append(key, event) {
      for (let place = await claimPlace(key); ; place = await claimPlace(key, place)) {
        const id = eventId(Date.now(), place);
        const entry = { ...entryKey(place), id, key, event: JSON.stringify(event), expires_at: expires() };
        const item = (await putNew(entry)) ? entry : await get(entryKey(place));
        // Not ours: its readers did not wait for it.
        if (item?.key !== key) continue;
        await writeCopies(item, place);
        return loggedOf(item, place);
      }
    },

    head: async () => Number((await get(headKey))?.['places'] ?? 0),

    async find(id) {
      const place = placeOfId(id);
      const item = place === undefined ? undefined : await get(entryKey(place));
      return item?.['id'] === id && Number(item['expires_at']) * 1000 > Date.now() ? place : undefined;
    },

    async since(after, limit, reader) {
      const copy = reader === undefined ? 0 : Number.parseInt(reader.slice(-2), 16) % copies || 0;
      const query = {
        TableName,
        KeyConditionExpression: 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': entryKey(0, copy).pk, ':after': entryKey(after).sk },
      };
      const events: LoggedEvent[] = [];
      let upTo = after;
      const take = (item: Item): void => {
        upTo += 1;
        if (item['skipped'] === undefined) events.push(loggedOf(item, upTo));
      };
      for (const item of await queryPages(client, query, limit)) {
        const isOld = Date.now() - (Number(item['expires_at']) * 1000 - keptMs) > gapMs;
        while (upTo + 1 < Number(item['sk'])) {
          const missing = await fill(upTo + 1, isOld);
          if (!missing) return { events, upTo };
          take(missing);
        }
        take(item);
      }
      return { events, upTo };
    },
  };
}

function loggedOf(item: Item, place: number): LoggedEvent {
  return { id: String(item['id']), place, event: LiveEvent.parse(JSON.parse(String(item['event']))) };
}
