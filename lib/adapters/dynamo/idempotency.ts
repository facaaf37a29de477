import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from './sdk.ts';
import * as z from 'zod';
import type { Claim, Claimed, IdempotencyStore, KeptAnswer } from '../../kernel/http/idempotency-store.ts';
import type { Encryptor } from '../../secrets/encryptor.ts';
import { ask } from './client.ts';
import { seconds, unlessLost } from './requests.ts';

const keptMs = 24 * 3_600_000;
/** Leaves room below DynamoDB's 400 KB for everything else of the item. */
const maxAnswerBytes = 350_000;

const RequestItem = z.object({
  fingerprint: z.string(),
  seed: z.string(),
  first_run_at: z.number(),
  run: z.string(),
  run_ends_at: z.number(),
  ends_at: z.number(),
  answer: z.string().optional(),
});
type RequestItem = z.output<typeof RequestItem>;

const Kept = z.object({ statusCode: z.int(), headers: z.record(z.string(), z.string()), body: z.string() });
const tooLarge = 'too-large';

const keyOf = (key: string) => ({ pk: `request#${key}` });

/** Requests with an Idempotency-Key, in DynamoDB; answers are packed and encrypted. */
export function dynamoIdempotency(
  client: DynamoDBDocumentClient,
  TableName: string,
  encryptor: Encryptor,
): IdempotencyStore {
  const update = (key: string, of: Omit<UpdateCommand['input'], 'TableName' | 'Key'>) =>
    unlessLost(ask((o) => client.send(new UpdateCommand({ TableName, Key: keyOf(key), ...of }), o)));

  const begin = async (key: string, fingerprint: string, leaseMs: number): Promise<Claim | undefined> => {
    const now = Date.now();
    const claim = { key, fingerprint, seed: token(), firstRunAt: new Date(now), run: token() };
    const written = await update(key, {
      UpdateExpression:
        'SET fingerprint = :fingerprint, seed = :seed, first_run_at = :now, run = :run, run_ends_at = :lease, ends_at = :ends, expires_at = :expires REMOVE answer',
      ConditionExpression: 'attribute_not_exists(pk) OR ends_at <= :now',
      ExpressionAttributeValues: {
        ':fingerprint': fingerprint,
        ':seed': claim.seed,
        ':now': now,
        ':run': claim.run,
        ':lease': now + leaseMs,
        ':ends': now + keptMs,
        ':expires': seconds(now + keptMs),
      },
    });
    return written && claim;
  };

  /** The next run of a request whose last one is over without an answer. */
  const takeOver = async (key: string, item: RequestItem, leaseMs: number): Promise<Claim | undefined> => {
    const run = token();
    const written = await update(key, {
      UpdateExpression: 'SET run = :run, run_ends_at = :lease',
      ConditionExpression: 'run = :former AND attribute_not_exists(answer)',
      ExpressionAttributeValues: { ':run': run, ':lease': Date.now() + leaseMs, ':former': item.run },
    });
    const { fingerprint, seed } = item;
    return written && { key, fingerprint, seed, firstRunAt: new Date(item.first_run_at), run };
  };

  return {
    async claim(key, fingerprint, leaseMs): Promise<Claimed> {
      const begun = await begin(key, fingerprint, leaseMs);
      if (begun) return { state: 'ours', claim: begun };
      const get = new GetCommand({ TableName, Key: keyOf(key), ConsistentRead: true });
      const item = RequestItem.parse((await ask((o) => client.send(get, o))).Item);
      if (item.fingerprint !== fingerprint) return { state: 'different' };
      if (item.answer !== undefined) return { state: 'answered', answer: await unpack(encryptor, key, item.answer) };
      const restMs = item.run_ends_at - Date.now();
      const taken = restMs <= 0 ? await takeOver(key, item, leaseMs) : undefined;
      return taken ? { state: 'ours', claim: taken } : { state: 'running', retrySeconds: Math.max(1, seconds(restMs)) };
    },

    async keep({ key, run }, answer) {
      await update(key, {
        UpdateExpression: 'SET answer = :answer',
        ConditionExpression: 'run = :run',
        ExpressionAttributeValues: { ':answer': await pack(encryptor, key, answer), ':run': run },
      });
    },

    async release({ key, run }) {
      await update(key, {
        UpdateExpression: 'SET run_ends_at = :now',
        ConditionExpression: 'run = :run',
        ExpressionAttributeValues: { ':now': Date.now(), ':run': run },
      });
    },
  };
}

async function pack(encryptor: Encryptor, key: string, answer: KeptAnswer): Promise<string> {
  const packed = (await promisify(gzip)(JSON.stringify(answer))).toString('base64');
  const encrypted = await encryptor.encrypt(packed, keyOf(key).pk);
  return encrypted.length <= maxAnswerBytes ? encrypted : tooLarge;
}

async function unpack(encryptor: Encryptor, key: string, kept: string): Promise<KeptAnswer | typeof tooLarge> {
  if (kept === tooLarge) return kept;
  const packed = await encryptor.decrypt(kept, keyOf(key).pk);
  return Kept.parse(JSON.parse((await promisify(gunzip)(Buffer.from(packed, 'base64'))).toString('utf8')));
}

function token(): string {
  return randomBytes(18).toString('base64url');
}
