import { describe, expect, it } from 'vitest';
import type { ApplicationGrant } from '../../../lib/auth/ports.ts';
import { currentFor, isActive, newSession, rotated } from '../../../lib/auth/session.ts';
import { newId } from '../../../lib/kernel/ids.ts';

const user = { id: newId(), updatedAt: new Date(1000) };
const status = {
  userId: user.id,
  role: 'developer' as const,
  isActive: true,
  hasSecondFactor: false,
  version: new Date(1000),
};
const grant: ApplicationGrant = {
  id: newId(),
  clientId: 'c',
  resource: 'https://mcp.example.org/mcp/v1',
  scope: 'mcp:call',
};

/** A session whose token was exchanged so often, and all its tokens, oldest first; each was spent so long ago. */
function afterSpending(times: number, { of, msAgo = 0 }: { of?: ApplicationGrant; msAgo?: number } = {}) {
  let { family, token } = newSession(user, of);
  const tokens = [token];
  for (let each = 0; each < times; each += 1) {
    ({ family, token } = rotated(family, token));
    tokens.push(token);
  }
  const spentAt = new Date(Date.now() - msAgo);
  const aged = { ...family, spent: family.spent.map((one) => ({ ...one, spentAt })) };
  return { family: aged, tokens, good: tokens.map((each) => currentFor(aged, each) === token.text) };
}

describe('a refresh token that was spent', () => {
  it('is good for ten seconds, for an application’s files a minute', () => {
    const isGood = (msAgo: number, of?: ApplicationGrant) => afterSpending(1, { msAgo, ...(of && { of }) }).good[0];
    expect([isGood(0), isGood(8_000), isGood(11_000)]).toEqual([true, true, false]);
    expect([isGood(55_000, grant), isGood(61_000, grant)]).toEqual([true, false]);
  });

  it('is a person’s last one', () => {
    expect(afterSpending(3).good).toEqual([false, false, true, false]);
  });

  it('is one of an application’s last eight, and leads to the current one', () => {
    expect(afterSpending(9, { of: grant }).good).toEqual([false, ...Array.from({ length: 8 }, () => true), false]);
  });

  it('is not kept beyond its time', () => {
    const { family, tokens } = afterSpending(4, { of: grant, msAgo: 61_000 });
    const [last] = tokens.slice(-1);
    if (!last) throw new Error('There is no token.');
    expect(rotated(family, last).family.spent).toHaveLength(1);
  });
});

describe('a session', () => {
  it('ends with its user, and with a change that ends older ones, except the one that made it', () => {
    const { family } = newSession(user);
    const ended = (except?: string) => ({ ...status, sessionsEnded: { before: new Date(1001), except } });
    expect(isActive(family, { ...status, sessionsEnded: undefined })).toBe(true);
    expect(isActive(family, { ...status, isActive: false, sessionsEnded: undefined })).toBe(false);
    expect(isActive(family, { ...status, userId: newId(), sessionsEnded: undefined })).toBe(false);
    expect([isActive(family, ended()), isActive(family, ended(family.id))]).toEqual([false, true]);
    expect(isActive(family, undefined)).toBe(false);
  });
});
