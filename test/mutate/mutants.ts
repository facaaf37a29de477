/*
 * Small changes of the code that each break a promise, and the test files that must notice. A mutant is found by its text, so that a line may move; one whose text is gone is
 * stale, and that is a failure too. Keep the texts short.
 */

export interface Mutant {
  /** The promise that it breaks. */
  readonly promise: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** One of them has to fail. */
  readonly tests: readonly string[];
}

type Change = readonly [promise: string, find: string, replace: string];

function of(file: string, tests: readonly string[], ...changes: readonly Change[]): Mutant[] {
  return changes.map(([promise, find, replace]) => ({ promise, file, find, replace, tests }));
}

const secrets = ['test/lib/secrets/move-secrets.test.ts'];
const contract = ['test/lib/tools/compare-contract.test.ts'];
const tokens = ['test/lib/auth/tokens.test.ts'];
const fencing = ['test/laws/lease-fencing.integration.test.ts'];
const endpoint = ['test/lib/kernel/http/endpoint.test.ts'];
const reconcile = ['test/lib/deployments/reconcile-state.test.ts'];
const rules = ['test/lib/analysis/rules.test.ts', 'test/lib/analysis/hostile.test.ts'];
const idempotency = ['test/functions/tools/idempotency.integration.test.ts'];

export const mutants: readonly Mutant[] = [
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
    ['test/every-endpoint/access.integration.test.ts'],
    [
      "somebody else's thing is somebody else's",
      'return caller.userId === ownerId || isAdmin(caller);',
      'return true;',
    ],
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
    ['test/lib/auth/refresh.property.test.ts'],
    ['a spent token is good for ten seconds', 'const lostAnswerMs = 10_000;', 'const lostAnswerMs = 600_000;'],
  ),
  ...of(
    'lib/auth/api-key-text.ts',
    ['test/lib/auth/api-key-text.test.ts'],
    ['a key is stored by its hash', "createHash('sha256').update(text).digest('hex')", 'text'],
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
  // Leases
  ...of(
    'lib/adapters/mongo/tasks.ts',
    fencing,
    [
      'the attempt fences',
      "return { _id: id, status: 'running', attempts: attempt };",
      "return { _id: id, status: 'running' };",
    ],
    [
      'a task that is alive is not given up',
      "{ status: 'running', lease_until: { $lt: at } }] },\n        failing",
      "{ status: 'running' }] },\n        failing",
    ],
    ['a lease keeps others out', "{ status: 'running', lease_until: { $lt: now } }", "{ status: 'running' }"],
    [
      'each attempt has a number',
      '$inc: { attempts: 1 },\n          },\n          { returnDocument',
      '},\n          { returnDocument',
    ],
  ),
  ...of(
    'lib/tasks/dead-letters.ts',
    ['test/laws/redrive-resends-first.test.ts'],
    [
      'a dead letter is sent again before it is removed',
      'await deadLetters.resend(queue, body);\n      await remove();',
      'await remove();\n      await deadLetters.resend(queue, body);',
    ],
  ),
  ...of(
    'lib/kernel/lambda/worker.ts',
    ['test/lib/kernel/lambda/worker.test.ts'],
    [
      'a message that fails comes back',
      'event.Records.filter((_, index) => !done[index])',
      'event.Records.slice(0, 0)',
    ],
    ['the back-off has jitter', 'random() * Math.min', '1 * Math.min'],
    ['the back-off has an end', 'Math.min(300, 2 ** attempt)', '2 ** attempt'],
  ),
  // Outbox
  ...of(
    'lib/adapters/mysql/tools.ts',
    ['test/laws/outbox-in-the-transaction.integration.test.ts'],
    [
      'a new tool and its entry become true together',
      'await insertOutbox(tx, outbox);\n        });',
      'await insertOutbox(mysql, outbox);\n        });',
    ],
    [
      'a change and its entry become true together',
      'await insertOutbox(tx, outbox);\n        return next;',
      'await insertOutbox(mysql, outbox);\n        return next;',
    ],
  ),
  ...of(
    'lib/adapters/mysql/outbox.ts',
    ['test/lib/adapters/mysql/outbox.integration.test.ts'],
    [
      'an entry that was handed on is removed',
      'if (ids.length > 0) await mysql.execute(`DELETE',
      'if (ids.length > 99) await mysql.execute(`DELETE',
    ],
    ['the sweeper finds what is old alone', 'WHERE created_at < ?', 'WHERE created_at > ?'],
  ),
  // Idempotency
  ...of(
    'lib/adapters/dynamo/idempotency.ts',
    idempotency,
    ['a key belongs to one request', "if (item.fingerprint !== fingerprint) return { state: 'different' };", ''],
    ['an answer is kept', 'if (item.answer !== undefined) return', 'if (false) return'],
  ),
  ...of(
    'lib/kernel/http/idempotency.ts',
    idempotency,
    ['a replay says so', "'idempotent-replayed': 'true'", ''],
    [
      'keys of two people are two',
      'sha256(functionId, caller.userId, credentialOf(caller), readKey(header))',
      'sha256(readKey(header))',
    ],
  ),
  // Contract classes
  ...of(
    'lib/tools/compare-contract.ts',
    contract,
    ['narrower arguments break', "narrower: 'breaking',\n  wider", "narrower: 'compatible',\n  wider"],
    [
      'results are judged the other way round',
      "{ ...ofArguments, narrower: 'compatible', wider: 'breaking' }",
      'ofArguments',
    ],
    ['a changed meaning is suspicious', "meaning: 'suspicious'", "meaning: 'compatible'"],
    [
      'a tool that is gone breaks',
      "class: 'breaking' as const, path: '', why: 'The tool is gone'",
      "class: 'compatible' as const, path: '', why: 'The tool is gone'",
    ],
    [
      'a result that is no longer promised breaks',
      "class: 'breaking', path: '/outputSchema'",
      "class: 'compatible', path: '/outputSchema'",
    ],
  ),
  ...of(
    'lib/tools/compare-keywords.ts',
    contract,
    ['a type that is lost narrows', "effect: gained ? 'different' : 'narrower'", "effect: 'wider'"],
    [
      'an enum where there was none narrows',
      "effect: 'narrower', what: 'only certain values",
      "effect: 'wider', what: 'only certain values",
    ],
    ['an integer is a number', "|| (type === 'integer' && types.has('number'))", ''],
  ),
  ...of(
    'lib/tools/version.ts',
    ['test/lib/tools/version.test.ts'],
    [
      'a pre-release comes before its release',
      'return b.length - a.length;\n  return compareParts',
      'return a.length - b.length;\n  return compareParts',
    ],
    ['numbers are compared as numbers', 'a.length - b.length || compareText(a, b)', 'compareText(a, b)'],
    ['an equal version is not higher', 'compareVersions(candidate, than) > 0', 'compareVersions(candidate, than) >= 0'],
  ),
  // Addresses and configurations
  ...of(
    'lib/tools/check-config.ts',
    ['test/lib/tools/check-config.test.ts'],
    [
      'metadata addresses are refused',
      "if (reach === 'public' || (reach === 'private' && ALLOW_PRIVATE_ADDRESSES)) return [];",
      'return [];',
    ],
    [
      'commands are those that the operator allows',
      'ALLOWED_COMMANDS.length === 0 || ALLOWED_COMMANDS.includes(command)',
      'true',
    ],
  ),
  // Secrets and redaction
  ...of(
    'lib/secrets/scan-text.ts',
    secrets,
    ['a name alone tells a secret', "if (kind === 'secret' && isGiven(text)) return scanWhole(text);", ''],
    ['the words of a wallet are one', 'if (!isShort && isMnemonic(text)) return [whole(text)];', ''],
    ['digests are public', 'text.replace(digest, blank)', 'text'],
    ['a scheme stands before a secret', '...(isShort ? [] : scanBearer(plain, reading)),', ''],
  ),
  ...of(
    'lib/secrets/scan-url.ts',
    secrets,
    ['a password in a URL is a secret', 'isGiven(password) ? [', 'false ? ['],
    ['a parameter that says so is a secret', "(kind === 'secret' && isGiven(value)) ||", 'false ||'],
    ['a random part of a path is a secret', 'if (isCredential || isRandom(value))', 'if (false)'],
  ),
  ...of(
    'lib/secrets/scan-words.ts',
    secrets,
    ['-u names a login', 'if (takesLogin.test(before)) return scanLogin(word);', ''],
    ['a flag names the argument after it', 'flag.test(before) || (isNetrc', '(isNetrc'],
  ),
  ...of('lib/secrets/scan-json.ts', secrets, [
    'members of JSON in a text are looked at',
    'if (!/^\\s*[[{]/.test(text)) return [];',
    'return [];',
  ]),
  ...of(
    'lib/secrets/find-secrets.ts',
    secrets,
    [
      'the default of a reference is looked at',
      "|| scanText(value, { name, use: 'launch', depth: 0 }).length === 0",
      '|| true',
    ],
    ['a value is named by what is beside it', "typeof sibling === 'string' ? sibling : name", 'key'],
  ),
  ...of(
    'lib/secrets/encryptor.ts',
    ['test/lib/secrets/encryptor.test.ts'],
    ['a text is decrypted in its own context alone', "if (protectedHeader['place'] !== context)", 'if (false)'],
  ),
  ...of(
    'lib/secrets/names-only.ts',
    ['test/functions/tools/visible-values.integration.test.ts'],
    ['others see the names of variables', 'valued.test(key) ? withoutValues(member) : walk(member)', 'walk(member)'],
  ),
  ...of(
    'lib/tools/visible-config.ts',
    ['test/functions/tools/visible-values.integration.test.ts'],
    ['values are for the author and admins', 'owns(caller, authorId) ? config : namesOnly(config)', 'config'],
  ),
  ...of(
    'lib/kernel/log/redact.ts',
    ['test/lib/kernel/log/redact.test.ts'],
    ['members that are named like secrets are not logged', "isSecretName(name) ? '[redacted]'", "false ? '[redacted]'"],
    ['texts are redacted', 'return shortened(redactText(value));', 'return value;'],
    ['errors are redacted', 'message: shortened(redactText(error.message))', 'message: error.message'],
  ),
  ...of('lib/kernel/log/secret-shapes.ts', secrets, [
    'tokens of GitHub are known',
    "['GITHUB_TOKEN', 'gh[pousr]_[A-Za-z0-9]{30,}'],",
    '',
  ]),
  // Analysis
  ...of(
    'lib/analysis/score.ts',
    rules,
    ['a high finding keeps the score under 0.5', 'high: 0.49', 'high: 1'],
    ['a critical finding keeps it lower', 'const score = capped(rest, examination);', 'const score = 0.9;'],
  ),
  ...of(
    'lib/analysis/refusals.ts',
    rules,
    [
      'what cannot be started is found',
      'const none = servers.length > 0 && refused.length === servers.length;',
      'const none = false;',
    ],
    ['what would be refused is found', '? checkConfig(parsed.data, rules)', '? []'],
  ),
  ...of(
    'lib/analysis/patch.ts',
    ['test/lib/analysis/patches.test.ts'],
    [
      'a patch is of the place that was found',
      "return value === text ? [] : [{ op: 'replace', path, value }];",
      'return [];',
    ],
  ),
  // Replicas
  ...of(
    'lib/deployments/reconcile-state.ts',
    reconcile,
    ['a crash loop ends', 'const missing = crashLooping ? 0 :', 'const missing ='],
    [
      'former replicas stop when a new one is ready',
      'replicas: former.map((each) => requestStop(each, now)), missing };',
      'replicas: [], missing };',
    ],
    ['a deployment takes the place of the other', "{ ...other, active: false, status: 'stopping' }", 'other'],
    ['half of the replicas is not healthy', "health: whole ? 'healthy' : 'unhealthy'", "health: 'healthy'"],
  ),
];
