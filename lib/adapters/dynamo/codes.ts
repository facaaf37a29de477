import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from './sdk.ts';
import type { CodeStore } from '../../oauth/ports.ts';
import { ask } from './client.ts';
import { seconds, unlessLost } from './requests.ts';

const keyOf = (hash: string) => ({ pk: `code#${hash}` });
/** A spent code is known a while longer than it is good, so that its second use is noticed. */
const memoryMs = 3_600_000;

/** Authorization codes and device codes, by their hash. */
export function dynamoCodes(client: DynamoDBDocumentClient, TableName: string): CodeStore {
  const read = async (hash: string) => {
    const get = new GetCommand({ TableName, Key: keyOf(hash), ConsistentRead: true });
    return (await ask((o) => client.send(get, o))).Item;
  };
  const mark = (hash: string, attribute: 'spent_at' | 'replayed_at', condition: string) =>
    unlessLost(
      ask((o) =>
        client.send(
          new UpdateCommand({
            TableName,
            Key: keyOf(hash),
            UpdateExpression: `SET ${attribute} = :now`,
            ConditionExpression: condition,
            ExpressionAttributeValues: { ':now': Date.now() },
            ReturnValues: 'ALL_NEW',
          }),
          o,
        ),
      ),
    );
  return {
    async put(hash, encrypted, expiresAt) {
      const endsAt = expiresAt.getTime();
      const Item = { ...keyOf(hash), encrypted, ends_at: endsAt, expires_at: seconds(endsAt + memoryMs) };
      await ask((o) => client.send(new PutCommand({ TableName, Item }), o));
    },
    async read(hash) {
      const item = await read(hash);
      return item && { encrypted: String(item['encrypted']), isOver: Number(item['ends_at']) <= Date.now() };
    },
    async replace(hash, former, encrypted) {
      const update = new UpdateCommand({
        TableName,
        Key: keyOf(hash),
        UpdateExpression: 'SET encrypted = :encrypted',
        ConditionExpression: 'encrypted = :former AND attribute_not_exists(spent_at) AND ends_at > :now',
        ExpressionAttributeValues: { ':encrypted': encrypted, ':former': former, ':now': Date.now() },
      });
      return (await unlessLost(ask((o) => client.send(update, o)))) !== undefined;
    },
    async spend(hash) {
      const spent = await mark(
        hash,
        'spent_at',
        'attribute_exists(pk) AND attribute_not_exists(spent_at) AND ends_at > :now',
      );
      if (spent) return { encrypted: String(spent.Attributes?.['encrypted']), first: true };
      const replayed = await mark(hash, 'replayed_at', 'attribute_exists(spent_at)');
      return replayed && { encrypted: String(replayed.Attributes?.['encrypted']), first: false };
    },
    wasReplayed: async (hash) => (await read(hash))?.['replayed_at'] !== undefined,
  };
}
