import { type Mutant, of } from './mutant.ts';

/* Who may do what: permissions, tenancy, sessions, keys, passwords, addresses of callers. */

const tokens = ['test/lib/auth/tokens.test.ts'];
const endpoint = ['test/lib/kernel/http/endpoint.test.ts'];
const trust = ['test/laws/trust-in-dynamodb.integration.test.ts'];
const ownTasks = ['test/lib/tasks/own-tasks.integration.test.ts'];
const knownHost = ['test/infra/local/guard/known-host.test.ts'];

export const accessMutants: readonly Mutant[] = [
  // Authorization
  ...of(
    'lib/kernel/http/authorize.ts',
    endpoint,
    ['a permission is asked for', 'if (allows(caller, permission)) return;', 'return;'],
    [
      'a public endpoint aside, somebody has to be known',
      "permission !== 'public' && permission !== 'recognised')\n        throw",
      'false)\n        throw',
    ],
    ['a rate limit refuses', "if (!counted.allowed) throw tooMany(limit, counted, 'requests');", ''],
    ['limits are told in headers', 'Object.assign(requestContext.headers, limitHeaders(limit, counted));', ''],
    ['a protected resource names its metadata', 'if (!protects ||', 'if (protects ||'],
  ),
  ...of(
    'lib/kernel/http/caller.ts',
    ['test/lib/kernel/http/caller.test.ts'],
    [
      "somebody else's thing is somebody else's",
      'return caller.userId === ownerId || isAdmin(caller);',
      'return true;',
    ],
    ['a viewer changes nothing', "'tasks:read'];", "'tasks:read', 'mcps:create'];"],
  ),
  ...of(
    'lib/auth/grants.ts',
    ['test/lib/auth/authenticator.integration.test.ts'],
    ['a key holds no more than its owner', 'scopes.filter((scope) => allows(owner, scope))', 'scopes'],
  ),
  // Access tokens and sessions
  ...of(
    'lib/auth/tokens.ts',
    tokens,
    ['a token says its type', 'typ: tokenType,\n          algorithms', 'algorithms'],
    ['a key verifies by its own algorithm', '|| key.jwk.alg !== alg', ''],
    ['the issuer is checked', '          issuer,\n', ''],
    ['a remembered token expires', 'claims.exp * 1000 > Date.now()', 'true'],
    ['padding and other spellings are refused', "|| !token.split('.').every(isCanonical)", ''],
  ),
  ...of(
    'lib/auth/session.ts',
    ['test/lib/auth/session.test.ts'],
    ['a spent token is good for ten seconds', 'const lostAnswerMs = 10_000;', 'const lostAnswerMs = 600_000;'],
  ),
  ...of(
    'lib/auth/api-key-text.ts',
    ['test/lib/auth/api-key-text.test.ts'],
    ['a key is stored by its hash', "digest('sha256', text, 'hex')", 'text'],
    ['a key begins with its prefix', 'if (!text.startsWith(apiKeyPrefix)) return undefined;', ''],
  ),
  ...of(
    'lib/auth/totp.ts',
    ['test/lib/auth/totp.test.ts'],
    ['a code is good once', 'step > lastStep && ', ''],
    ['a code is good for half a minute more or less', 'const drift = 1;', 'const drift = 10;'],
  ),
  ...of(
    'lib/auth/common-passwords.ts',
    ['test/lib/auth/passwords.test.ts', 'test/lib/auth/register.test.ts'],
    ['common words are refused', 'if (all.has(text) || new Set(text).size < 5) return true;', 'return false;'],
  ),
  ...of(
    'lib/auth/session.ts',
    ['test/lib/auth/session.test.ts'],
    ['a change of password ends other sessions', 'family.userVersion >= sessionsEnded.before', 'true'],
    ['a session is its user’s', '|| user.userId !== family.userId', ''],
  ),
  ...of('lib/adapters/dynamo/read-items.ts', trust, [
    'session and user are read strongly consistent',
    '{ Keys, ConsistentRead: true }',
    '{ Keys }',
  ]),
  ...of(
    'lib/auth/authenticator.ts',
    trust,
    ['a deactivated user’s key opens nothing', '!key || !user?.isActive ||', '!key || !user ||'],
    ['an ended session opens nothing', '!isActive(family, user)', '!user'],
    [
      'permissions are those of the role now',
      'const permissions = permissionsOf(role);',
      "const permissions = permissionsOf('admin');",
    ],
  ),
  // Tenancy
  ...of('lib/tasks/get-task.ts', ownTasks, ["a task is its owner's", '|| !owns(caller, task.ownerId)', '']),
  ...of('lib/tasks/list-tasks.ts', ownTasks, [
    'lists hold one’s own tasks',
    'isAdmin(caller) ? undefined : caller.userId',
    'undefined',
  ]),
  ...of(
    'lib/mcp/session-id.ts',
    ['test/lib/mcp/session-id.test.ts'],
    ['an MCP session is bound to its caller', '`mcp-session:${toolId}:${userId}`', '`mcp-session:${toolId}`'],
    ['an MCP session is bound to its tool', '`mcp-session:${toolId}:${userId}`', '`mcp-session:${userId}`'],
    ['a remembered session is bound to its caller', 'known.context === context ? known : undefined', 'known'],
  ),
  ...of(
    'lib/mcp/find-server.ts',
    ['test/lib/mcp/find-server.test.ts'],
    ['a private deployment is its owner’s', "target.deployment.access === 'private' && !own", 'false'],
    ['a key is held to its servers', '!reachesServer(caller, slug)', 'false'],
  ),
  ...of(
    'lib/live/audience.ts',
    ['test/lib/live/audience.test.ts'],
    ['an event of somebody’s is theirs', '!owns(listener, audience.user_id)', 'false'],
    ['an event takes its permission', 'allows(listener, audience.permission as Permission)', 'true'],
  ),
  ...of(
    'lib/live/handle-message.ts',
    ['test/lib/live/handle-message.test.ts'],
    ['a subscription takes its permission', '!allows(connection.caller, permission)', 'false'],
    [
      'a subscription is to one’s own task',
      'if (frame.task_id !== undefined) await findTask(connection.caller, frame.task_id);',
      '',
    ],
  ),
  // Doors
  ...of(
    'infra/local/guard/known-host.ts',
    knownHost,
    ['a foreign Host is refused', '!isLoopback(name) && name !== own', 'false'],
    [
      'a foreign Origin is refused',
      "if (isLoopback(URL.parse(origin)?.hostname ?? '')) return undefined;",
      'return undefined;',
    ],
  ),
  ...of(
    'lib/adapters/http/upstream.ts',
    ['test/lib/adapters/http/upstream.integration.test.ts'],
    ['an address is checked as it is connected to', 'addresses.filter(({ address }) => may(address))', 'addresses'],
    ['a literal address is checked', 'isIP(host) !== 0 && !may(host)', 'false'],
  ),
];
