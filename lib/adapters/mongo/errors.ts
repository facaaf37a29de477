import { MongoError, MongoServerError } from 'mongodb';
import { Problem } from '../../kernel/errors/problem.ts';

/** What `work` resolves. @throws Problem `service-unavailable` when MongoDB fails at it. */
export async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof MongoError)) throw cause;
    throw new Problem('service-unavailable', {
      detail: 'This cannot be read or written at the moment.',
      cause,
      headers: { 'retry-after': '5' },
    });
  }
}

/** Makes something that must not be there yet; false when it is. */
export async function trueUnlessDuplicate(make: () => Promise<unknown>): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** Whether a write failed because a document with its id, or another unique value, is there already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11_000;
}
