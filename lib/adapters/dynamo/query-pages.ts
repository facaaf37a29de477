import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from './sdk.ts';
import { ask } from './client.ts';

type Query = Omit<QueryCommandInput, 'Limit' | 'ExclusiveStartKey'>;

/** How many items a query finds. Each page has 2 s. */
export async function countPages(client: DynamoDBDocumentClient, query: Query): Promise<number> {
  let count = 0;
  let start: Record<string, unknown> | undefined;
  do {
    const page = new QueryCommand({ ...query, Select: 'COUNT', ...(start && { ExclusiveStartKey: start }) });
    const { Count = 0, LastEvaluatedKey } = await ask((o) => client.send(page, o));
    count += Count;
    start = LastEvaluatedKey;
  } while (start);
  return count;
}

/**
 * Everything that a query finds, or its first `most` items, in the sort key's order. DynamoDB ends a page after 1 MB, however much there is behind it, so this file is the one place that asks for
 * pages. Each page has 2 s.
 */
export async function queryPages(
  client: DynamoDBDocumentClient,
  query: Query,
  most = Number.POSITIVE_INFINITY,
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = new QueryCommand({
      ...query,
      ...(Number.isFinite(most) && { Limit: most - found.length }),
      ...(start && { ExclusiveStartKey: start }),
    });
    const { Items = [], LastEvaluatedKey } = await ask((o) => client.send(page, o));
    found.push(...Items);
    start = LastEvaluatedKey;
  } while (start && found.length < most);
  return found;
}
