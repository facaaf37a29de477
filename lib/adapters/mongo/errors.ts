import { MongoError, MongoServerError } from 'mongodb';
import { Problem } from '../../kernel/errors/problem.ts';

/** The driver notices a server that is silent, not one whose answer comes byte by byte. */
const deadlineMs = 14_000;

/** What `work` resolves. @throws Problem `service-unavailable` when MongoDB fails at it, or it takes longer than 14 s. */
export async function answering<T>(work: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new MongoError(`no answer within ${deadlineMs} ms`)), deadlineMs);
  try {
    return await Promise.race([work(), late.promise]);
  } catch (cause) {
    if (!(cause instanceof MongoError)) throw cause;
    throw new Problem('service-unavailable', {
      detail: 'This cannot be read or written at the moment.',
      cause,
      headers: { 'retry-after': '5' },
    });
  } finally {
    clearTimeout(timer);
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

/** The code of a write that failed because a document with its id, or another unique value, is there already. */
export const duplicateKey = 11_000;

/** Whether a write failed because a document with its id, or another unique value, is there already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === duplicateKey;
}
