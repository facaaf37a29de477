import { type Mutant, of } from './mutant.ts';

/* Signing in by OAuth: each attack of OAuth 2.1 that is known, and what stands against it. */

const attacks = ['test/functions/oauth/attacks.integration.test.ts'];
const device = ['test/functions/oauth/device.integration.test.ts'];
const flow = ['test/functions/oauth/oauth.integration.test.ts'];
const refresh = ['test/functions/oauth/refresh.integration.test.ts'];
const accounts = ['test/functions/oauth/accounts.integration.test.ts'];
const elsewhere = ['test/functions/oauth/sign-in-elsewhere.integration.test.ts'];
const documents = ['test/functions/oauth/client-documents.integration.test.ts'];
const redirects = ['test/lib/oauth/redirects.test.ts'];
const clients = ['test/lib/oauth/clients.test.ts'];

export const signInMutants: readonly Mutant[] = [
  ...of(
    'lib/oauth/authorization.ts',
    attacks,
    ['PKCE by S256 is demanded', "asked['code_challenge_method'] !== 'S256' || ", ''],
    ['an answer names its issuer', ', iss: BASE_URL }', ' }'],
    [
      'the way back is a registered one',
      '!client.redirectUris.some((known) => matchesRedirect(known, redirectUri))',
      'false',
    ],
  ),
  ...of(
    'lib/oauth/redirects.ts',
    redirects,
    ['script is no way back', 'javascript|data', 'data'],
    ['nor is plain HTTP elsewhere', "return scheme === 'https' || isLoopbackHost(url.hostname);", 'return true;'],
    [
      'user info does not mislead',
      "if (url.username !== '' || url.password !== '' || url.hash !== '') return false;",
      '',
    ],
    ['the way back is compared letter by letter', ' && withoutPort(registered) === withoutPort(asked)', ''],
    ['ports are free on loopback alone', 'replace(/^(http:', 'replace(/^(https?:'],
  ),
  ...of(
    'lib/oauth/issue-token.ts',
    attacks,
    ['a code needs its verifier', ' || !isRight)', ')'],
    ['a code is its own client’s', 'if (authorization.clientId !== clientId)', 'if (false)'],
    [
      'a code is for one address',
      "(form['redirect_uri'] ?? authorization.redirectUri) !== authorization.redirectUri",
      'false',
    ],
  ),
  ...of(
    'lib/oauth/issue-token.ts',
    flow,
    ['a code is good once', 'if (!first) return endForReplay(services, authorization);', ''],
    ['a replayed code ends what came of it', '  await sessions.endFamily(grantId);\n', ''],
  ),
  ...of(
    'lib/oauth/issue-token.ts',
    ['test/lib/oauth/issue-token.test.ts'],
    [
      'two with one code get nothing',
      'if (await wasReplayed(codes, code)) return endForReplay(services, authorization);',
      '',
    ],
  ),
  ...of(
    'lib/oauth/issue-token.ts',
    refresh,
    ['a refresh token is its client’s', '(grant?.clientId ?? commandLine) === key;', 'true;'],
    ['a refresh widens nothing', "scope !== '' && !given.includes(scope)", 'false'],
    [
      'a refresh leads to no other endpoint',
      "readResource(services.settings, form['resource']) !== family.grant.resource",
      'false',
    ],
  ),
  ...of('lib/auth/refresh.ts', refresh, [
    'reuse ends everything',
    'if (!isCurrent && !isLostAnswer(family, token)) return endForReuse(sessions, family);',
    'if (!isCurrent && !isLostAnswer(family, token)) throw refused();',
  ]),
  ...[attacks, device].flatMap((tests) =>
    of('lib/oauth/authorization.ts', tests, [
      'forms of other sites are refused',
      "!['same-origin', undefined].includes(headers['sec-fetch-site'])",
      'false',
    ]),
  ),
  ...of(
    'lib/oauth/device-token.ts',
    device,
    ['a device code is good once', 'if (!spent.first) {', 'if (false) {'],
    ['a refusal counts', "if (decision.state === 'refused')", 'if (false)'],
    ['and so does what happened to the user since', '!isActive(opened.family, user)', '!user'],
  ),
  ...of('lib/oauth/clients.ts', device, [
    'device codes are the command line’s',
    'if (clientId !== commandLine)',
    'if (false)',
  ]),
  ...of('lib/oauth/device.ts', device, [
    'its form is ours',
    "await decryptForm(services.encryptor, form['request'], requestContext, Request);",
    "{ userCode: '', expiresAt: Infinity } as Request;",
  ]),
  ...of(
    'lib/oauth/device.ts',
    ['test/functions/oauth/device-guessing.integration.test.ts'],
    ['codes are not guessed', 'if (counted?.allowed === false)', 'if (false)'],
  ),
  ...of(
    'lib/adapters/dynamo/codes.ts',
    ['test/lib/adapters/dynamo/codes.integration.test.ts'],
    ['of two decisions one counts', 'encrypted = :former AND', '(encrypted = :former OR attribute_exists(pk)) AND'],
    [
      'of two uses one is the first',
      "'attribute_exists(pk) AND attribute_not_exists(spent_at) AND",
      "'attribute_exists(pk) AND",
    ],
  ),
  ...of('lib/oauth/device-codes.ts', device, [
    'a code is decided once',
    "if (found?.decision.state !== 'pending') return false;",
    'if (!found) return false;',
  ]),
  ...of(
    'lib/oauth/authorize.ts',
    attacks,
    ['consent is for the request that was shown', " && proof.request === digestOf(form['request'] ?? '')", ''],
    ['consent is said', " || form['decision'] !== 'allow')", ')'],
  ),
  ...of(
    'lib/oauth/authorize.ts',
    documents,
    ['who registers itself is not recognised', '    client.host !== undefined &&\n', ''],
    ['prompt=consent is honoured', '    !request.mustAsk &&\n', ''],
  ),
  ...of('lib/oauth/fetch-document.ts', documents, ['a document is at its address', ', maxRedirects: 0', '']),
  ...of('lib/upstream/send-guarded.ts', documents, [
    'what others name is looked at',
    'guarded: true',
    'guarded: false',
  ]),
  ...of(
    'lib/oauth/clients.ts',
    clients,
    ['a registration is one of ours', "registrationContext = 'oauth-client'", "registrationContext = 'oauth-request'"],
    ['a document describes itself', '|| read.data.client_id !== id', ''],
  ),
  ...of('lib/oauth/reply.ts', attacks, ['a parameter comes once', 'if (name in read) throw', 'if (false) throw']),
  ...of(
    'lib/auth/authenticator.ts',
    flow,
    ['an application’s token opens one endpoint', 'audiences.includes(`${baseUrl}${resource}`)', 'true'],
    ['and not the API', 'return resource !== undefined && ', 'return resource === undefined || '],
  ),
  ...of(
    'lib/oauth/browser.ts',
    accounts,
    ['a sign-in ends in the browser that began it', 'pending.browser === hashOf(browser) ?', 'pending ?'],
    ['a state is good once', 'if (!spent?.first) return undefined;', 'if (!spent) return undefined;'],
  ),
  ...of('lib/mcp/account/finish-connect.ts', accounts, [
    'an issuer answers for itself alone',
    ' || issuerKey(pending.metadata.issuer) !== key)',
    ')',
  ]),
  ...of('lib/accounts/send-as-account.ts', accounts, [
    'tokens go where they were given for',
    'if (tokens.serverUrl !== serverUrlOf(url)) continue;',
    '',
  ]),
  ...of('lib/oauth/proved-identity.ts', elsewhere, [
    'a sign-in elsewhere is for one request',
    " || proved.request !== form['request']",
    '',
  ]),
];
