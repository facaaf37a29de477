import { allows, type Grant, type Permission, permissionsOf, type Role } from '../kernel/http/caller.ts';

/** What an API key may do: those of its scopes that its owner's role has now; without scopes, all that the role has. */
export function grantsOf(role: Role, scopes: readonly Permission[] | undefined): readonly Grant[] {
  const owner = { permissions: permissionsOf(role) };
  return scopes ? scopes.filter((scope) => allows(owner, scope)) : owner.permissions;
}
