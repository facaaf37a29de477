import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from './sdk.ts';
import type { SessionStore } from '../../auth/ports.ts';
import { Problem } from '../../kernel/errors/problem.ts';
import type { Encryptor } from '../../secrets/encryptor.ts';
import { ask, dynamoProbe, type DynamoSettings, openDynamo } from './client.ts';
import { dynamoCodes } from './codes.ts';
import { dynamoIdempotency } from './idempotency.ts';
import { dynamoLimiter, dynamoLoginHistory, dynamoTickets, unlessLost } from './requests.ts';
import { requestsTable, tableName, sessionsTable } from './tables.ts';
import {
  apiKeyKey,
  familyKey,
  readFamily,
  readKey,
  readUser,
  userKey,
  writeFamily,
  writeKey,
} from './session-items.ts';

/** What of the use `sessions` goes by AWS's own client. */
export function openSessionCommands(settings: DynamoSettings) {
  const client = openDynamo(settings);
  const { STAGE } = settings;
  const requests = tableName(STAGE, requestsTable);
  return {
    sessions: sessionStore(client, tableName(STAGE, sessionsTable)),
    tickets: dynamoTickets(client, requests),
    fallbackLimiter: dynamoLimiter(client, requests),
    loginHistory: dynamoLoginHistory(client, requests),
    codes: dynamoCodes(client, requests),
    idempotencyWith: (encryptor: Encryptor) => dynamoIdempotency(client, requests, encryptor),
    dynamoProbe: dynamoProbe(client, STAGE),
  };
}

/** These reads were tried once already: see session-store.ts. */
const againMs = 1_400;

type Key = { readonly pk: string };
type Item = Record<string, unknown>;

function sessionStore(client: DynamoDBDocumentClient, TableName: string): SessionStore {
  const get = async (Key: Key): Promise<Item | undefined> => {
    const { Item } = await ask((o) => client.send(new GetCommand({ TableName, Key, ConsistentRead: true }), o));
    return Item;
  };
  const getMany = async (Keys: Key[], deadlineMs?: number): Promise<Item[]> => {
    const RequestItems = { [TableName]: { Keys, ConsistentRead: true } };
    const answer = await ask((o) => client.send(new BatchGetCommand({ RequestItems }), o), deadlineMs);
    // What DynamoDB left out for want of capacity must not pass for missing.
    if (answer.UnprocessedKeys?.[TableName])
      throw new Problem('service-unavailable', { headers: { 'retry-after': '1' } });
    return answer.Responses?.[TableName] ?? [];
  };
  const getBoth = async (one: Key, other: Key): Promise<[Item | undefined, Item | undefined]> => {
    const items = await getMany([one, other], againMs);
    return [items.find(({ pk }) => pk === one.pk), items.find(({ pk }) => pk === other.pk)];
  };
  const put = async (Item: Item): Promise<void> => {
    await ask((o) => client.send(new PutCommand({ TableName, Item }), o));
  };
  const remove = async (Key: Key): Promise<void> => {
    await ask((o) => client.send(new DeleteCommand({ TableName, Key }), o));
  };

  return {
    async session(sessionId, userId) {
      const [family, user] = await getBoth(familyKey(sessionId), userKey(userId));
      return { family: readFamily(family), user: readUser(user) };
    },
    async key(hash, userId) {
      const [key, user] = await getBoth(apiKeyKey(hash), userKey(userId));
      return { key: readKey(key), user: readUser(user) };
    },
    user: async (userId) => readUser(await get(userKey(userId))),
    family: async (sessionId) => readFamily(await get(familyKey(sessionId))),
    async families(sessionIds) {
      const keys = [...new Set(sessionIds)].map(familyKey);
      const items = keys.length === 0 ? [] : await getMany(keys);
      return items.map(readFamily).filter((family) => family !== undefined);
    },

    async putUser({ userId, role, isActive, hasSecondFactor, version }) {
      const update = new UpdateCommand({
        TableName,
        Key: userKey(userId),
        UpdateExpression:
          'SET user_id = :id, #role = :role, is_active = :active, second_factor = :factor, version = :version',
        ConditionExpression: 'attribute_not_exists(version) OR version <= :version',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: {
          ':id': userId,
          ':role': role,
          ':active': isActive,
          ':factor': hasSecondFactor,
          ':version': version.getTime(),
        },
      });
      await unlessLost(ask((o) => client.send(update, o)));
    },
    putKey: (hash, status) => put(writeKey(hash, status)),
    deleteKey: (hash) => remove(apiKeyKey(hash)),

    openFamily: (family) => put(writeFamily(family)),
    async rotate(family, expectedCurrent) {
      const replace = new PutCommand({
        TableName,
        Item: writeFamily(family),
        ConditionExpression: '#current = :expected',
        ExpressionAttributeNames: { '#current': 'current' },
        ExpressionAttributeValues: { ':expected': expectedCurrent },
      });
      return (await unlessLost(ask((o) => client.send(replace, o)))) !== undefined;
    },
    endFamily: (sessionId) => remove(familyKey(sessionId)),
    async endFamiliesOf(userId, { before, except }) {
      const update = new UpdateCommand({
        TableName,
        Key: userKey(userId),
        UpdateExpression:
          except === undefined
            ? 'SET sessions_ended_before = :before REMOVE sessions_ended_except'
            : 'SET sessions_ended_before = :before, sessions_ended_except = :except',
        ConditionExpression: 'attribute_not_exists(sessions_ended_before) OR sessions_ended_before < :before',
        ExpressionAttributeValues: {
          ':before': before.getTime(),
          ...(except !== undefined && { ':except': except }),
        },
      });
      await unlessLost(ask((o) => client.send(update, o)));
    },
  };
}
