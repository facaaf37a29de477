import { describe, expect, it } from 'vitest';
import type { Invite, InviteStore, User, UserStore } from '../../../lib/auth/ports.ts';
import { register } from '../../../lib/auth/register.ts';
import type { Caller, Grant, Role } from '../../../lib/kernel/http/caller.ts';
import { newId } from '../../../lib/kernel/ids.ts';

const ada = {
  username: 'ada',
  email: 'ada@example.com',
  password: 'Correct-Horse-7',
  role: 'developer' as Role,
};

function callerWith(permissions: readonly Grant[]): Caller {
  return { userId: newId(), role: 'admin', permissions };
}

/** Registers against a store that only keeps what is inserted. */
async function registerAt(
  REGISTRATION: 'open' | 'invite' | 'closed',
  caller: Caller | undefined,
  role: Role | undefined,
  invite?: Invite,
) {
  const kept: User[] = [];
  const users = { insert: async (user: User) => void kept.push(user) } as unknown as UserStore;
  const invites = { byHash: async () => invite } as unknown as InviteStore;
  const services = { users, invites, relay: { send: async () => undefined }, settings: { REGISTRATION } };
  const view = await register(services, caller, { ...ada, role, ...(invite && { invite: 'mcp_inv_x' }) });
  return { view, kept };
}

describe('registration', () => {
  it.each(['invite', 'closed'] as const)('that is %s refuses strangers, and lets an admin in', async (setting) => {
    await expect(registerAt(setting, undefined, 'viewer')).rejects.toMatchObject({ type: 'registration-closed' });
    await expect(registerAt(setting, callerWith(['mcps:create']), 'viewer')).rejects.toMatchObject({
      type: 'registration-closed',
    });
    const { view } = await registerAt(setting, callerWith(['*:*']), 'viewer');
    expect(view).toMatchObject({ username: 'ada', role: 'viewer' });
  });

  it('makes an admin for an admin alone, and not for a key of his that may not', async () => {
    const { kept } = await registerAt('open', callerWith(['*:*']), 'admin');
    expect(kept).toMatchObject([{ role: 'admin', passwordHash: expect.stringMatching(/^\$argon2id\$/) }]);
    for (const caller of [undefined, callerWith(['mcps:read', 'users:read'])]) {
      await expect(registerAt('open', caller, 'admin')).rejects.toMatchObject({ type: 'forbidden' });
    }
  });

  it('lets an invitation in where it is asked for, and not where it is closed', async () => {
    const { view } = await registerAt('invite', undefined, undefined, invitation());
    expect(view).toMatchObject({ role: 'viewer' });
    await expect(registerAt('closed', undefined, undefined, invitation())).rejects.toMatchObject({
      type: 'registration-closed',
    });
  });

  it.each([
    ['that has been used', invitation({ usedAt: new Date(1) }), 'invalid-invite'],
    ['that is over', invitation({ expiresAt: new Date(Date.now() - 1) }), 'invalid-invite'],
    ['for somebody else', invitation({ email: 'grace@example.com' }), 'invalid-invite'],
    ['for another role', invitation({ role: 'developer' }), 'forbidden'],
  ])('refuses an invitation %s', async (_what, invite, type) => {
    await expect(registerAt('invite', undefined, 'viewer', invite)).rejects.toMatchObject({ type });
  });
});

function invitation(over: Partial<Invite> = {}): Invite {
  return {
    id: newId(),
    email: 'ADA@example.com',
    role: 'viewer',
    createdBy: undefined,
    createdAt: new Date(),
    expiresAt: new Date(Date.now() + 60_000),
    usedAt: undefined,
    ...over,
  };
}
