import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { TicketStore } from '../../auth/ports.ts';
import type { Limiter } from '../../kernel/http/rate-limit.ts';
import { ask } from './client.ts';

const ticketKey = (hash: string) => ({ pk: `ticket#${hash}` });

/** Tickets, by their hash; the sealed credential is all that is kept. */
export function dynamoTickets(client: DynamoDBDocumentClient, TableName: string): TicketStore {
  return {
    async put(hash, sealed, expiresAt) {
      const update = new UpdateCommand({
        TableName,
        Key: ticketKey(hash),
        UpdateExpression: 'SET sealed = :sealed, ends_at = :ends, expires_at = :expires',
        ExpressionAttributeValues: {
          ':sealed': sealed,
          ':ends': expiresAt.getTime(),
          ':expires': seconds(expiresAt.getTime()),
        },
      });
      await ask((o) => client.send(update, o));
    },
    async take(hash) {
      const take = new DeleteCommand({ TableName, Key: ticketKey(hash), ReturnValues: 'ALL_OLD' });
      const { Attributes: item } = await ask((o) => client.send(take, o));
      return item && Number(item['ends_at']) > Date.now() ? String(item['sealed']) : undefined;
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
