import * as z from 'zod';
import { sha256Hex, signRequest } from '../aws/sign-request.ts';
import { openPost } from '../http/post.ts';
import type { DynamoSettings } from './client.ts';

type Key = Readonly<Record<string, string>>;
export type Item = Readonly<Record<string, unknown>>;

const Answer = z.object({
  Responses: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
  UnprocessedKeys: z.record(z.string(), z.unknown()).optional(),
});

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
    // Looked up each time, because temporary credentials are replaced in the environment.
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
    const Keys = keys.map(marshalled);
    const body = JSON.stringify({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } });
    const headers = signRequest(
      { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
      {
        service: 'dynamodb',
        region,
        headers: {
          host: endpoint.host,
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.BatchGetItem',
          'x-amz-content-sha256': sha256Hex(body),
          ...(AWS_SESSION_TOKEN && { 'x-amz-security-token': AWS_SESSION_TOKEN }),
        },
        body,
        at: new Date(),
      },
    );
    try {
      const { status, text } = await post('/', headers, body, deadlineMs);
      if (status !== 200) return undefined;
      const { Responses, UnprocessedKeys } = Answer.parse(JSON.parse(text));
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
