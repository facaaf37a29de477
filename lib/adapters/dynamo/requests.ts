import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from './sdk.ts';
import type { LoginHistory, TicketStore } from '../../auth/ports.ts';
import type { Limiter } from '../../kernel/http/rate-limit.ts';
import { ask } from './client.ts';

const ticketKey = (hash: string) => ({ pk: `ticket#${hash}` });

/** Tickets, by their hash; the encrypted credential is all that is kept. */
export function dynamoTickets(client: DynamoDBDocumentClient, TableName: string): TicketStore {
  return {
    async put(hash, encrypted, expiresAt) {
      const update = new UpdateCommand({
        TableName,
        Key: ticketKey(hash),
        UpdateExpression: 'SET encrypted = :encrypted, ends_at = :ends, expires_at = :expires',
        ExpressionAttributeValues: {
          ':encrypted': encrypted,
          ':ends': expiresAt.getTime(),
          ':expires': seconds(expiresAt.getTime()),
        },
      });
      await ask((o) => client.send(update, o));
    },
    async take(hash) {
      const take = new DeleteCommand({ TableName, Key: ticketKey(hash), ReturnValues: 'ALL_OLD' });
      const { Attributes: item } = await ask((o) => client.send(take, o));
      return item && Number(item['ends_at']) > Date.now() ? String(item['encrypted']) : undefined;
    },
  };
}

const entryKey = (account: string, network: string) => ({
  pk: `entered#${createHash('sha256').update(`${account} ${network}`).digest('hex')}`,
});

const rememberedMs = 30 * 86_400_000;

/** From where accounts were entered; accounts and networks are kept as hashes. */
export function dynamoLoginHistory(client: DynamoDBDocumentClient, TableName: string): LoginHistory {
  return {
    async knows(account, network) {
      const { Item } = await ask((o) =>
        client.send(new GetCommand({ TableName, Key: entryKey(account, network), ConsistentRead: true }), o),
      );
      return Item !== undefined && Number(Item['expires_at']) * 1000 > Date.now();
    },
    async remember(account, network) {
      const Item = { ...entryKey(account, network), expires_at: seconds(Date.now() + rememberedMs) };
      await ask((o) => client.send(new PutCommand({ TableName, Item }), o));
    },
  };
}

/** Fixed windows in DynamoDB: coarser and dearer than Redis, for the few limits that must hold without it. */
export function dynamoLimiter(client: DynamoDBDocumentClient, TableName: string): Limiter {
  return {
    async count(key, { requests, windowSeconds }) {
      const now = Date.now() / 1000;
      const window = Math.floor(now / windowSeconds);
      const endsAt = (window + 1) * windowSeconds;
      const { Attributes } = await ask((o) =>
        client.send(
          new UpdateCommand({
            TableName,
            Key: { pk: `limit#${key}#${window}` },
            UpdateExpression: 'ADD requests :one SET expires_at = :expires',
            ExpressionAttributeValues: { ':one': 1, ':expires': endsAt + windowSeconds },
            ReturnValues: 'UPDATED_NEW',
          }),
          o,
        ),
      );
      const counted = Number(Attributes?.['requests']);
      return {
        allowed: counted <= requests,
        remaining: Math.max(0, requests - counted),
        resetSeconds: Math.max(1, Math.ceil(endsAt - now)),
      };
    },
  };
}

/** What a conditional write answers; undefined when its condition did not hold. */
export async function unlessLost<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

export function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
