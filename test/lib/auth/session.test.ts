import { describe, expect, it } from 'vitest';
import type { ApplicationGrant } from '../../../lib/auth/ports.ts';
import { isActive, isLostAnswer, newSession, rotated } from '../../../lib/auth/session.ts';
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

/** Whether a token that was spent so long ago may come of a lost answer. */
function mayBeLost(msAgo: number, of?: ApplicationGrant): boolean {
  const { family, token } = newSession(user, of);
  const { previous, ...next } = rotated(family, token).family;
  if (!previous) throw new Error('Nothing was spent.');
  return isLostAnswer({ ...next, previous: { ...previous, spentAt: new Date(Date.now() - msAgo) } }, token);
}

describe('a refresh token that was spent', () => {
  it('is good for ten seconds, for an application’s files a minute', () => {
    expect([mayBeLost(0), mayBeLost(8_000), mayBeLost(11_000)]).toEqual([true, true, false]);
    expect([mayBeLost(55_000, grant), mayBeLost(61_000, grant)]).toEqual([true, false]);
  });

  it('is no other than the last one', () => {
    const { family, token } = newSession(user);
    const second = rotated(family, token);
    const third = rotated(second.family, second.token);
    expect(isLostAnswer(third.family, token)).toBe(false);
    expect(isLostAnswer(third.family, third.token)).toBe(false);
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
