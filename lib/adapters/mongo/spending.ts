import { type Db, MongoServerError } from 'mongodb';
import type { SpendingLedger } from '../../analysis/ports.ts';
import { answering } from './errors.ts';

interface SpendingDocument {
  /** `<user>:<day>` */
  readonly _id: string;
  readonly tokens: number;
  readonly micro_usd: number;
  readonly expires_at: Date;
}

const keptDays = 60;

export function mongoSpending(db: Db): SpendingLedger {
  const spending = db.collection<SpendingDocument>('model_spending');
  return {
    reserve(userId, day, { tokens, microUsd }, limit) {
      if (tokens > limit.tokens || microUsd > limit.microUsd) return Promise.resolve(false);
      const room = { tokens: { $lte: limit.tokens - tokens }, micro_usd: { $lte: limit.microUsd - microUsd } };
      const expires_at = new Date(Date.parse(day) + keptDays * 86_400_000);
      // A day without room is not found, and making it anew fails because it is there.
      return answering(() =>
        unlessThere(() =>
          spending.updateOne(
            { _id: `${userId}:${day}`, ...room },
            { $inc: { tokens, micro_usd: microUsd }, $setOnInsert: { expires_at } },
            { upsert: true },
          ),
        ),
      );
    },
    correct: (userId, day, { tokens, microUsd }) =>
      answering(async () => {
        await spending.updateOne({ _id: `${userId}:${day}` }, { $inc: { tokens, micro_usd: microUsd } });
      }),
  };
}

/** False when an upsert found its document there, but not as it wanted it. */
async function unlessThere(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === 11_000) return false;
    throw error;
  }
}
