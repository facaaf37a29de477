import { pointer } from '../../kernel/errors/problem.ts';
import { isPlaceholder } from '../../kernel/log/secret-shapes.ts';
import type { TextWithSecrets } from '../../secrets/find-secrets.ts';
import { isSecretName } from '../../secrets/secret-names.ts';
import { moveSecrets } from '../../secrets/move-secrets.ts';
import type { Json } from '../json.ts';
import { changeText, type Patch, setAt, valueAt } from '../patch.ts';
import type { Hit } from '../hit.ts';
import type { Rule } from '../rule.ts';
import type { Subject } from '../subject.ts';

type Where = 'arguments' | 'environment' | 'headers' | 'url' | 'text';

/** The secrets of one part of a configuration. */
function secretsIn({ secrets }: Subject, where: Where): Hit[] {
  return secrets.flatMap(({ path, spans }) => {
    if (partOf(path) !== where) return [];
    const isName = spans.length === 0;
    const what =
      spans[0]?.name
        ?.toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, ' ')
        .trim() ?? 'literal secret';
    return [{ path: pointer(isName ? path.slice(0, -1) : path), message: `Holds what looks like a ${what}.` }];
  });
}

function partOf(path: TextWithSecrets['path']): Where {
  for (const key of path.toReversed()) {
    if (typeof key === 'number') continue;
    if (/^(tools|prompts|resources|description|_meta|input_?schema)$/i.test(key)) return 'text';
    if (/^(env|envs|environment|env_?vars|environment_?variables)$/i.test(key)) return 'environment';
    if (/^(http_?headers|headers)$/i.test(key)) return 'headers';
    if (/^(command|cmd|args|arguments|\w+_?arguments)$/i.test(key)) return 'arguments';
    if (/^(url|server_?url|http_?url)$/i.test(key)) return 'url';
  }
  return 'text';
}

/** `${NAME}` in its place, as keeping the configuration would do. */
function moveAway(config: Json, path: string): Patch {
  const value = valueAt(moveSecrets(config).config, path);
  return changeText(config, path, (text) => (typeof value === 'string' ? value : text));
}

const server = (more: object) => ({ servers: [{ name: 'weather', ...more }] });
const launch = { command: 'npx', args: ['-y', '@acme/weather@1.2.0'] };
// Put together, so that no scanner of sources takes the examples for leaks.
const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
const fix = (where: string) =>
  `Take the secret out of ${where}, write \${NAME} in its place, give the value at deploy time, and renew what was exposed.`;

export const secretRules: readonly Rule[] = [
  {
    id: 'secret-in-arguments',
    severity: 'critical',
    risk: 'A secret stands in the command line, where every process and log can see it.',
    fix: fix('the arguments'),
    check: (subject) => secretsIn(subject, 'arguments'),
    patch: moveAway,
    passes: server({ ...launch, args: ['-y', '@acme/weather@1.2.0', '--api-key', '${API_KEY}'] }),
    fails: server({ ...launch, args: ['-y', '@acme/weather@1.2.0', '--api-key', 'q7Rz2kW9mT4x'] }),
  },
  {
    id: 'secret-in-environment',
    severity: 'high',
    risk: 'A secret stands readable among the environment variables.',
    fix: fix('env'),
    check: (subject) => secretsIn(subject, 'environment'),
    patch: moveAway,
    passes: server({ ...launch, env: { GITHUB_TOKEN: '${GITHUB_TOKEN}', LOG_LEVEL: 'information' } }),
    fails: server({ ...launch, env: { GITHUB_TOKEN: token } }),
  },
  {
    id: 'secret-in-headers',
    severity: 'high',
    risk: 'A secret stands readable among the headers.',
    fix: fix('headers'),
    check: (subject) => secretsIn(subject, 'headers'),
    patch: moveAway,
    passes: server({ url: 'https://mcp.example.com/mcp', headers: { Authorization: 'Bearer ${TOKEN}' } }),
    fails: server({ url: 'https://mcp.example.com/mcp', headers: { 'X-API-Key': 'q7Rz2kW9mT4x' } }),
  },
  {
    id: 'secret-in-url',
    severity: 'high',
    risk: 'A secret stands in a URL, and with it in every log on the way.',
    fix: fix('the URL'),
    check: (subject) => secretsIn(subject, 'url'),
    patch: moveAway,
    passes: server({ url: 'https://mcp.example.com/mcp' }),
    fails: server({ url: 'https://mcp.example.com/mcp?api_key=q7Rz2kW9mT4x' }),
  },
  {
    id: 'secret-in-text',
    severity: 'high',
    risk: 'A secret stands in a text that everybody may read.',
    fix: 'Take the secret out and renew it.',
    check: (subject) => secretsIn(subject, 'text'),
    patch: moveAway,
    passes: { ...server(launch), description: 'Needs a token of GitHub in GITHUB_TOKEN.' },
    fails: { ...server(launch), description: `Try it with ${token}` },
  },
  {
    id: 'secret-not-declared',
    severity: 'low',
    risk: 'Clients show and store a secret variable like any other.',
    fix: 'Mark the variable with "is_secret": true.',
    *check({ servers }) {
      for (const { env, package: of } of servers)
        for (const { path, name, value, isSecret } of env)
          if (of && /\/environment_?variables\//i.test(path) && !isSecret && isSecretName(name) && isPlaceholder(value))
            yield { path, message: 'Is a secret by its name and not marked as one.' };
    },
    patch: (config, path) =>
      setAt(config, `${path}/${path.includes('/environmentVariables/') ? 'isSecret' : 'is_secret'}`, true),
    passes: server({
      package: {
        registry_type: 'npm',
        identifier: '@acme/weather',
        version: '1.2.0',
        environment_variables: [{ name: 'API_KEY', is_secret: true }],
      },
    }),
    fails: server({
      package: {
        registry_type: 'npm',
        identifier: '@acme/weather',
        version: '1.2.0',
        environment_variables: [{ name: 'API_KEY' }],
      },
    }),
  },
];
