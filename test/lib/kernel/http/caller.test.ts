import { describe, expect, it } from 'vitest';
import { allows, owns, permissionsOf } from '../../../../lib/kernel/http/caller.ts';

describe('a thing of somebody’s', () => {
  it.each([
    ['its owner', { userId: 'ada', role: 'viewer' }, true],
    ['another user', { userId: 'bob', role: 'developer' }, false],
    ['an admin', { userId: 'root', role: 'admin' }, true],
  ] as const)('to %s belongs: %s', (_who, caller, belongs) => {
    expect(owns(caller, 'ada')).toBe(belongs);
  });
});

it('what a role does not name, it does not allow', () => {
  const may = (role: 'admin' | 'developer' | 'viewer') => ({ permissions: permissionsOf(role) });
  expect([allows(may('viewer'), 'mcps:read'), allows(may('viewer'), 'mcps:create')]).toEqual([true, false]);
  expect([allows(may('developer'), 'mcp:call'), allows(may('developer'), 'users:read')]).toEqual([true, false]);
  expect(allows(may('admin'), 'users:update')).toBe(true);
});
