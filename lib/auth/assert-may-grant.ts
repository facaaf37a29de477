import { type Caller, type Grant, permissionsOf, type Role } from '../kernel/http/caller.ts';
import { Problem } from '../kernel/errors/problem.ts';

/**
 * Nobody gives away more than they hold: a role takes a session, or a key that carries every permission of the role.
 * @throws Problem `forbidden`.
 */
export function assertMayGrant(caller: Caller, role: Role): void {
  if (caller.sessionId !== undefined) return;
  const lacking = permissionsOf(role).find((grant) => !carries(caller.permissions, grant));
  if (lacking === undefined) return;
  throw new Problem('forbidden', {
    detail: `This API key cannot give the role ${role}, because it does not carry ${lacking}. Log in to give it.`,
    extra: { required_permission: lacking },
  });
}

function carries(held: readonly Grant[], grant: Grant): boolean {
  return held.includes('*:*') || held.includes(grant);
}
