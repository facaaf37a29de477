import { type Mutant, of } from './mutant.ts';

/* What a configuration may be and who sees what of it: contracts, addresses, secrets, redaction, analysis. */

const secrets = ['test/lib/secrets/move-secrets.test.ts'];
const contract = ['test/lib/tools/compare-contract.test.ts'];
const rules = ['test/lib/analysis/rules.test.ts'];
const doors = ['test/laws/boundary-at-every-door.integration.test.ts'];

export const configurationMutants: readonly Mutant[] = [
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
  // Doors
  ...of('lib/registry/published-document.ts', doors, [
    'the registry shows names',
    'namesOnly(tool.config)',
    'tool.config',
  ]),
  ...of('lib/tools/export-tool.ts', doors, [
    'an export shows what its reader may see',
    'visibleConfig(caller, found, found.config)',
    'found.config',
  ]),
  ...of('lib/tools/get-tool.ts', doors, [
    'a tool shows what its reader may see',
    'visibleConfig(caller, tool, tool.config)',
    'tool.config',
  ]),
  ...of('lib/tools/visible-config.ts', doors, [
    'a history shows what its reader may see',
    'config: visibleConfig(caller, tool, snapshot.config)',
    'config: snapshot.config',
  ]),
];
