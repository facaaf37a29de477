import type { DiscoveredFunction } from '../../infra/discover.ts';
import type { Permission } from '../../lib/kernel/http/caller.ts';
import type { Access, Declaration } from '../../lib/kernel/lambda/declaration.ts';
import { splitRoute } from '../../lib/kernel/http/openapi.ts';

/*
 * Who may do what, as the contract says it of paths and methods; written down apart from the declarations, so that one that forgets its permission is found.
 */

export type HttpFunction = DiscoveredFunction<Extract<Declaration, { kind: 'endpoint' | 'stream' }>>;

const open: readonly RegExp[] = [
  /^GET \/health\/live$/,
  /^GET \/console(\/\{asset\})?$/,
  /^GET \/api\/(docs|redoc|openapi\.json)/,
  /^GET \/\.well-known\//,
  /^POST \/api\/v1\/auth\/(login|refresh)$/,
  // OAuth has credentials of its own: a password on the page, codes and refresh tokens in the body.
  /^\w+ \/oauth\//,
  /^POST \/api\/v1\/github\/webhook$/,
  /^GET \/v0\.1\/servers/,
  // Runners show a bootstrap token in the body.
  /^POST \/internal\/v1\/runners\//,
  /^ANY /,
];
const recognised = /^(POST \/api\/v1\/auth\/(register|logout)|GET \/health)$/;
const loggedIn =
  /^(\w+ \/api\/v1\/auth\/(me|password|ticket|limits|totp(\/confirm)?|(grants|accounts|sessions)(\/\{(grant|account|session)_id\})?|api-keys(\/\{key_id\})?)|GET \/events)$/;

const special: readonly (readonly [RegExp, Permission])[] = [
  [/^POST \/api\/v1\/mcps\/\{tool_id\}\/restore$/, 'mcps:update'],
  [/^POST \/api\/v1\/knowledge\/search$/, 'knowledge:read'],
  // How everybody's answers are ranked is an admin's to change.
  [/^PUT \/api\/v1\/knowledge\/settings$/, 'users:update'],
  [/^POST \/api\/v1\/analyze\//, 'analyze:create'],
  [/^POST \/api\/v1\/deployments\/\{deployment_id\}\/restart$/, 'deployments:update'],
  [/^POST \/api\/v1\/github\/sync\//, 'github:update'],
  [/^POST \/api\/v1\/github\/connections\/\{connection_id\}\/webhook-secret$/, 'github:update'],
  [/^POST \/api\/v1\/users\/invites$/, 'users:invite'],
  [/^POST \/api\/v1\/broadcast$/, 'users:update'],
  [/^GET \/api\/v1\/(audit|queues)$/, 'users:read'],
  [/^POST \/api\/v1\/queues\/\{queue\}\/redrive$/, 'users:update'],
  // Foreign namespaces are an admin's to grant, and nobody else's affair.
  [/^GET \/api\/v1\/registry\/namespaces$/, 'users:read'],
  [/^\w+ \/api\/v1\/registry\/namespaces(\/\{namespace\})?$/, 'users:update'],
  // What deployments cost and how they are called.
  [/^GET \/api\/v1\/usage$/, 'deployments:read'],
  [/^\w+ \/mcp\/knowledge\//, 'knowledge:read'],
  [/^\w+ \/mcp\//, 'mcp:call'],
];
const actions: Readonly<Record<string, string>> = {
  GET: 'read',
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

/** What the contract demands of whoever calls a route. `/metrics` is open on one machine; elsewhere it takes `metrics:read`. */
export function accessOf(route: string): Access | 'metrics' {
  const { method, path } = splitRoute(route);
  if (open.some((shape) => shape.test(route))) return 'public';
  if (route === 'GET /metrics') return 'metrics';
  if (recognised.test(route)) return 'recognised';
  if (loggedIn.test(route)) return 'authenticated';
  const named = special.find(([shape]) => shape.test(route))?.[1];
  const resource = /^\/api\/v1\/([a-z-]+)/.exec(path)?.[1] ?? '';
  return named ?? (`${resource}:${actions[method] ?? method}` as Permission);
}

/** Functions whose declarations demand another permission than the contract. */
export function misdeclared(functions: readonly HttpFunction[]): string[] {
  return functions
    .map(({ id, declaration: { route, permission } }) => ({ id, route, permission, expected: accessOf(route) }))
    .filter(({ permission, expected }) => expected !== 'metrics' && permission !== expected)
    .map(({ id, route, permission, expected }) => `${id}: ${route} takes ${permission}; the contract says ${expected}`);
}

/** Whose the thing behind a path parameter is. `private`: for anybody else like a missing one; `shared`: to be read, not to be changed. */
export const ownership: Readonly<Record<string, 'private' | 'shared' | 'admins' | 'none'>> = {
  tool_id: 'shared',
  doc_id: 'shared',
  passage_id: 'shared',
  judgement_id: 'shared',
  deployment_id: 'shared',
  key_id: 'private',
  grant_id: 'private',
  account_id: 'private',
  task_id: 'private',
  connection_id: 'private',
  user_id: 'admins',
  // Names of files, catalogue entries and endpoints, whose access has rules of its own.
  asset: 'none',
  issuer_key: 'none',
  queue: 'none',
  slug: 'none',
  namespace: 'none',
  tool: 'none',
  serverName: 'none',
  name: 'none',
  version: 'none',
};
