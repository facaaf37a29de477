import { isPlaceholder } from '../../kernel/log/secret-shapes.ts';
import { isSecretPlace, literalsIn, plainName } from '../../secrets/literal.ts';
import type { Rule } from '../rule.ts';

/** What a value under a name holds that is a secret, in words that do not give it away; undefined when it holds none. */
function secretUnder(name: string | undefined, value: string): string | undefined {
  const literal = literalsIn(value, name)[0];
  return literal && `what looks like a ${literal.name?.toLowerCase().replaceAll('_', ' ') ?? 'literal secret'}`;
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
    *check({ servers }) {
      for (const { args } of servers)
        for (const [index, { path, name, value }] of args.entries()) {
          const [, option = args[index - 1]?.value ?? '', given = value] = /^(--?[\w-]+)=(.*)$/s.exec(value) ?? [];
          const flag = /^--?[A-Za-z][\w-]*$/.test(option) ? option : undefined;
          const found = secretUnder(undefined, value) ?? secretUnder(name || flag, given);
          if (found !== undefined) yield { path, message: `Holds ${found}.` };
        }
    },
    passes: server({ ...launch, args: ['-y', '@acme/weather@1.2.0', '--api-key', '${API_KEY}'] }),
    fails: server({ ...launch, args: ['-y', '@acme/weather@1.2.0', '--api-key', 'q7Rz2kW9mT4x'] }),
  },
  {
    id: 'secret-in-environment',
    severity: 'high',
    risk: 'A secret stands readable among the environment variables.',
    fix: fix('env'),
    *check({ servers }) {
      for (const { env } of servers)
        for (const { path, name, value } of env) {
          const found = secretUnder(name, value);
          if (found !== undefined) yield { path, message: `Holds ${found}.` };
        }
    },
    passes: server({ ...launch, env: { GITHUB_TOKEN: '${GITHUB_TOKEN}', LOG_LEVEL: 'information' } }),
    fails: server({ ...launch, env: { GITHUB_TOKEN: token } }),
  },
  {
    id: 'secret-in-headers',
    severity: 'high',
    risk: 'A secret stands readable among the headers.',
    fix: fix('headers'),
    *check({ servers }) {
      for (const { headers } of servers)
        for (const { path, name, value } of headers) {
          const found = secretUnder(name, value);
          if (found !== undefined) yield { path, message: `Holds ${found}.` };
        }
    },
    passes: server({ url: 'https://mcp.example.com/mcp', headers: { Authorization: 'Bearer ${TOKEN}' } }),
    fails: server({ url: 'https://mcp.example.com/mcp', headers: { 'X-API-Key': 'q7Rz2kW9mT4x' } }),
  },
  {
    id: 'secret-in-url',
    severity: 'high',
    risk: 'A secret stands in a URL, and with it in every log on the way.',
    fix: fix('the URL'),
    *check({ servers }) {
      for (const { path, url } of servers) {
        if (url === undefined) continue;
        if (secretUnder(undefined, url) !== undefined)
          yield { path: `${path}/url`, message: 'The URL holds a credential.' };
      }
    },
    passes: server({ url: 'https://mcp.example.com/mcp' }),
    fails: server({ url: 'https://mcp.example.com/mcp?api_key=q7Rz2kW9mT4x' }),
  },
  {
    id: 'secret-in-text',
    severity: 'high',
    risk: 'A secret stands in a text that everybody may read.',
    fix: 'Take the secret out and renew it.',
    *check({ texts }) {
      for (const { path, text } of texts) {
        if (text.length < 16 || /\/(?:env|headers|args|url|\w+_?arguments|environment_?variables)(?:\/|$)/i.test(path))
          continue;
        const known = literalsIn(text, undefined).find(({ name }) => name !== undefined);
        if (known) yield { path, message: 'Holds what looks like a credential.' };
      }
    },
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
          if (
            of &&
            /\/environment_?variables\//i.test(path) &&
            !isSecret &&
            isSecretPlace(plainName(name)) &&
            isPlaceholder(value)
          )
            yield { path, message: 'Is a secret by its name and not marked as one.' };
    },
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
