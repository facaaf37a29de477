import { networkOf } from '../kernel/http/network.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { Limiter } from '../kernel/http/rate-limit.ts';
import type { LoginHistory } from './ports.ts';

/** Attempts at one account that come from networks from which it was never entered. */
const unhindered = { requests: 10, windowSeconds: 900 };
/** After that, all of them together. */
const slowed = { requests: 1, windowSeconds: 8 };

/**
 * Slows guessing at one account from many addresses down to one attempt in 8 s. Whoever has logged in from their network before is not touched by what strangers
 * try, so nobody can lock an account. Counts in DynamoDB, so that it holds without Redis.
 * @param account The user's id, or the name that was tried when nobody has it.
 * @param scale Multiplies both limits, as it does every other.
 * @throws Problem `rate-limit-exceeded`.
 */
export async function assertMayTry(
  { fallbackLimiter, loginHistory }: { readonly fallbackLimiter: Limiter; readonly loginHistory: LoginHistory },
  account: string,
  address: string,
  scale: number,
): Promise<void> {
  if (await loginHistory.knows(account, networkOf(address))) return;
  const times = (requests: number): number => Math.max(1, Math.round(requests * scale));
  const free = await fallbackLimiter.count(`login:${account}`, { ...unhindered, requests: times(unhindered.requests) });
  if (!free || free.allowed) return;
  const slot = await fallbackLimiter.count(`login-slowed:${account}`, { ...slowed, requests: times(slowed.requests) });
  if (!slot || slot.allowed) return;
  throw new Problem('rate-limit-exceeded', {
    detail: `Too many attempts to log in to this account; try again in ${slot.resetSeconds} s.`,
    extra: { retry_after: slot.resetSeconds },
    headers: { 'retry-after': String(slot.resetSeconds) },
  });
}
