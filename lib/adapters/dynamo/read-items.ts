import { environmentCredentials, signRequest } from '../aws/sign-request.ts';
import { openPost } from '../http/post.ts';
import type { DynamoSettings } from './client.ts';

type Key = Readonly<Record<string, string>>;
export type Item = Readonly<Record<string, unknown>>;

/** What BatchGetItem answers with. */
interface Answer {
  readonly Responses: Readonly<Record<string, readonly Item[]>>;
  readonly UnprocessedKeys?: Readonly<Record<string, unknown>>;
}

/**
 * Strongly consistent reads of some items, for what every authenticated request asks: signed by hand and sent by Node's own client, which takes a
 * third of the CPU of the SDK (figures in lib/README.md), and spares functions that only read from loading it.
 * @returns undefined for whatever is not a plain success, including credentials that the environment does not hold: the SDK then knows what to do.
 */
export function openReader(settings: DynamoSettings, TableName: string) {
  const { AWS_REGION: region, DYNAMODB_ENDPOINT } = settings;
  const endpoint = new URL(DYNAMODB_ENDPOINT ?? `https://dynamodb.${region}.amazonaws.com`);
  const post = openPost(endpoint);
  return async (keys: readonly Key[], deadlineMs: number): Promise<Item[] | undefined> => {
    const credentials = environmentCredentials();
    if (!credentials) return undefined;
    const Keys = keys.map(marshalled);
    const body = JSON.stringify({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } });
    const headers = signRequest(credentials, {
      service: 'dynamodb',
      region,
      headers: {
        host: endpoint.host,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.BatchGetItem',
      },
      body,
      at: new Date(),
    });
    try {
      const { status, text } = await post('/', headers, body, deadlineMs);
      if (status !== 200) return undefined;
      const { Responses, UnprocessedKeys } = JSON.parse(text) as Answer;
      // What DynamoDB left out for want of capacity must not pass for missing.
      if (UnprocessedKeys?.[TableName] !== undefined) return undefined;
      return (Responses[TableName] ?? []).map(unmarshalled);
    } catch {
      // A connection that broke, or a body that is no answer: the SDK tries again, and says what is wrong.
      return undefined;
    }
  };
}

function marshalled(key: Key) {
  return Object.fromEntries(Object.entries(key).map(([name, text]) => [name, { S: text }]));
}

function unmarshalled(item: Item): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueOf(value)]));
}

/** The types that the table's items hold. */
function valueOf(attribute: unknown): unknown {
  const [[type, value] = ['nothing', undefined]] = Object.entries(attribute as Record<string, unknown>);
  switch (type) {
    case 'S':
    case 'BOOL':
      return value;
    case 'N':
      return Number(value);
    case 'L':
      return (value as unknown[]).map(valueOf);
    case 'M':
      return unmarshalled(value as Item);
    case 'NULL':
      return null;
    default:
      throw new Error(`Items of this table hold no ${type}`);
  }
}
