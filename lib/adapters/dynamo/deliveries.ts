import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from './sdk.ts';
import * as z from 'zod';
import type { Delivery, DeliveryFacts, DeliveryStore, HookSecret } from '../../github/ports.ts';
import { ask, type DynamoSettings, openDynamo } from './client.ts';
import { queryPages } from './query-pages.ts';
import { seconds, unlessLost } from './requests.ts';
import { deliveriesTable, tableName } from './tables.ts';

/** As long as GitHub itself offers a delivery for sending again. */
const keptMs = 3 * 24 * 3_600_000;
/** A delivery that nobody has handled for so long has perhaps not reached the queue. */
const handedOverMs = 30_000;
const mostSecrets = 20;

const SecretItem = z.object({ sk: z.string(), secrets: z.array(z.string()) });
const DeliveryItem = z.object({
  pk: z.string(),
  sk: z.string(),
  facts: z.custom<DeliveryFacts>((value) => typeof value === 'object' && value !== null),
  received_at: z.number(),
  handled_at: z.number().optional(),
  outcome: z.string().optional(),
});

const secretKey = (repositoryId: number, connectionId: string) => ({
  pk: `repository#${repositoryId}`,
  sk: connectionId,
});
const deliveryKey = (subject: string, id: string) => ({ pk: `deliveries#${subject}`, sk: id });

export function openDeliveries(settings: DynamoSettings): DeliveryStore {
  return dynamoDeliveries(openDynamo(settings), tableName(settings.STAGE, deliveriesTable));
}

function dynamoDeliveries(client: DynamoDBDocumentClient, TableName: string): DeliveryStore {
  return {
    async secretsOf(repositoryId, connectionId) {
      if (connectionId !== undefined) {
        const get = new GetCommand({ TableName, Key: secretKey(repositoryId, connectionId), ConsistentRead: true });
        const { Item } = await ask((o) => client.send(get, o));
        return Item ? [secretOf(Item)] : [];
      }
      const query = {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': secretKey(repositoryId, '').pk },
        ConsistentRead: true,
      };
      return (await queryPages(client, query, mostSecrets)).map(secretOf);
    },
    async putSecret(repositoryId, { connectionId, secrets }) {
      const put = new PutCommand({ TableName, Item: { ...secretKey(repositoryId, connectionId), secrets } });
      await ask((o) => client.send(put, o));
    },
    async removeSecret(repositoryId, connectionId) {
      const remove = new DeleteCommand({ TableName, Key: secretKey(repositoryId, connectionId) });
      await ask((o) => client.send(remove, o));
    },
    async receive({ subject, id, facts, receivedAt, outcome }) {
      const now = receivedAt.getTime();
      const put = new PutCommand({
        TableName,
        Item: {
          ...deliveryKey(subject, id),
          facts,
          received_at: now,
          expires_at: seconds(now + keptMs),
          ...(outcome !== undefined && { outcome, handled_at: now }),
        },
        ConditionExpression: 'attribute_not_exists(pk) OR (attribute_not_exists(handled_at) AND received_at < :lost)',
        ExpressionAttributeValues: { ':lost': now - handedOverMs },
      });
      return (await unlessLost(ask((o) => client.send(put, o)))) !== undefined;
    },
    async forget(subject, id) {
      const remove = new DeleteCommand({ TableName, Key: deliveryKey(subject, id) });
      await ask((o) => client.send(remove, o));
    },
    async find(subject, id) {
      const get = new GetCommand({ TableName, Key: deliveryKey(subject, id), ConsistentRead: true });
      const { Item } = await ask((o) => client.send(get, o));
      return Item && deliveryOf(subject, Item);
    },
    async markHandled(subject, id, outcome, at) {
      const update = new UpdateCommand({
        TableName,
        Key: deliveryKey(subject, id),
        UpdateExpression: 'SET handled_at = :at, outcome = :outcome',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':at': at.getTime(), ':outcome': outcome },
      });
      await unlessLost(ask((o) => client.send(update, o)));
    },
    async list(subject) {
      const items = await queryPages(client, {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': deliveryKey(subject, '').pk },
      });
      const oldest = Date.now() - keptMs;
      return items
        .map((item) => deliveryOf(subject, item))
        .filter(({ receivedAt }) => receivedAt.getTime() > oldest)
        .toSorted((a, b) => b.receivedAt.getTime() - a.receivedAt.getTime());
    },
  };
}

function secretOf(item: Record<string, unknown>): HookSecret {
  const { sk, secrets } = SecretItem.parse(item);
  return { connectionId: sk, secrets };
}

function deliveryOf(subject: string, item: Record<string, unknown>): Delivery {
  const { sk, facts, received_at, handled_at, outcome } = DeliveryItem.parse(item);
  return {
    id: sk,
    subject,
    facts,
    receivedAt: new Date(received_at),
    handledAt: handled_at === undefined ? undefined : new Date(handled_at),
    outcome,
  };
}
