export const roles = ['admin', 'developer', 'viewer'] as const;
export type Role = (typeof roles)[number];

const crud = ['create', 'read', 'update', 'delete'] as const;
const crudResources = ['mcps', 'knowledge', 'deployments', 'github'] as const;

/** Every permission that a declaration may name. */
export const permissions = [
  ...crudResources.flatMap((resource) => crud.map((action) => `${resource}:${action}` as const)),
  'analyze:create',
  'tasks:read',
  'tasks:delete',
  'mcp:call',
  'metrics:read',
  'users:read',
  'users:update',
  'users:invite',
] as const;
export type Permission = (typeof permissions)[number];
/** What a role, a token or a key may carry: single permissions, or all of them (admins). */
export type Grant = Permission | '*:*';

const developer: readonly Permission[] = permissions.filter((p) => !p.startsWith('users:') && p !== 'metrics:read');
const viewer: readonly Permission[] = ['mcps:read', 'knowledge:read', 'deployments:read', 'tasks:read'];

/** What a role may do. A key's scopes and a token's claims are always a subset of this, looked up anew on every call. */
export function permissionsOf(role: Role): readonly Grant[] {
  switch (role) {
    case 'admin':
      return ['*:*'];
    case 'developer':
      return developer;
    case 'viewer':
      return viewer;
  }
}

/** Who is asking, as far as this request has proved it. */
export interface Caller {
  readonly userId: string;
  readonly role: Role;
  readonly permissions: readonly Grant[];
  /** The session family behind an access token. */
  readonly sessionId?: string;
  readonly apiKey?: {
    readonly id: string;
    /** SHA-256 of the key, by which its status is kept. */
    readonly hash: string;
    readonly servers: readonly string[] | undefined;
  };
  /** The application that acts for the user, by OAuth: it reaches one MCP endpoint and nothing of the API. */
  readonly application?: { readonly grantId: string; readonly clientId: string };
  /** An admin who has no second factor although one is required: may do nothing but set one up. */
  readonly lacksSecondFactor?: true;
}

export function allows(caller: Pick<Caller, 'permissions'>, permission: Permission): boolean {
  return caller.permissions.includes('*:*') || caller.permissions.includes(permission);
}

export function isAdmin(caller: Pick<Caller, 'role'>): boolean {
  return caller.role === 'admin';
}

/** The rule of ownership: something belongs to its owner, and to every admin. */
export function owns(caller: Pick<Caller, 'userId' | 'role'>, ownerId: string): boolean {
  return caller.userId === ownerId || isAdmin(caller);
}
