import { removeArgument, removeAt } from '../patch.ts';
import { imageOf } from '../../launch/read-package.ts';
import { quote, type Rule } from '../rule.ts';
import type { SubjectServer } from '../servers.ts';

const server = (command: string, ...args: string[]) => ({ servers: [{ name: 'weather', command, args }] });

const floating = (version: string | undefined): boolean =>
  version === undefined ||
  version === '' ||
  /^(?:latest|next|canary|main|master|dev|nightly|stable|edge|\*)$/.test(version) ||
  /^[\^~><]|[*x]$/.test(version);

export function commandLine({ command = '', args }: SubjectServer): string {
  return [command, ...args.map(({ value }) => value)].join(' ');
}

export const supplyRules: readonly Rule[] = [
  {
    id: 'package-unpinned',
    severity: 'medium',
    risk: 'Every start may fetch other code than the one that was reviewed.',
    fix: 'Name the exact version: name@version for npm, name==version for PyPI.',
    *check({ servers }) {
      for (const { package: of } of servers)
        if (
          of &&
          (of.type === 'npm' || of.type === 'pypi') &&
          !/[:/]{2}|^git\+|^\.{0,2}\//.test(of.identifier) &&
          floating(of.version)
        )
          yield {
            path: of.path,
            message: `The package ${quote(of.identifier)} has no exact version.`,
            fix: `Name the exact version of ${of.identifier}: ${of.identifier}${of.type === 'npm' ? '@' : '=='}<version>.`,
          };
    },
    passes: server('npx', '-y', '@acme/weather@1.2.0'),
    fails: server('npx', '-y', '@acme/weather@latest'),
  },
  {
    id: 'image-unpinned',
    severity: 'medium',
    risk: 'Every start may fetch another image than the one that was reviewed.',
    fix: 'Name a digest (@sha256:…) or at least an exact tag.',
    *check({ servers }) {
      for (const { package: of } of servers)
        if (of?.type === 'oci' && floating(of.version) && floating(imageOf(of.identifier).version))
          yield {
            path: of.path,
            message: `The image ${quote(of.identifier)} has no exact tag or digest.`,
            fix: `Name a digest or an exact tag of ${of.identifier}: ${of.identifier}@sha256:<digest>.`,
          };
    },
    passes: server('docker', 'run', '-i', '--rm', 'acme/weather:1.2.0'),
    fails: server('docker', 'run', '-i', '--rm', 'acme/weather'),
  },
  {
    id: 'package-from-url',
    severity: 'medium',
    risk: 'Code comes from an address instead of a registry, where it can change at any time.',
    fix: 'Take a published version from a registry, or pin the commit.',
    *check({ servers }) {
      for (const { package: of } of servers)
        if (
          of &&
          !of.hasDigest &&
          /^(?:git\+|https?:|github:|git@)/i.test(of.identifier) &&
          !/[@#][0-9a-f]{40}$/.test(of.version ?? of.identifier)
        )
          yield {
            path: of.path,
            message: `${quote(of.identifier)} is fetched from an address without a fixed commit.`,
          };
    },
    passes: server('uvx', 'weather-mcp==1.2.0'),
    fails: server('uvx', '--from', 'git+https://git.example.com/acme/weather', 'weather-mcp'),
  },
  {
    id: 'pipe-to-shell',
    severity: 'critical',
    risk: 'Whatever an address answers is run as a program.',
    fix: 'Install from a registry at an exact version instead.',
    *check({ servers, texts }) {
      const piped =
        /\b(?:curl|wget|iwr|invoke-webrequest)\b[^\n|;&]{0,300}\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b|\b(?:curl|wget)\b[^\n|]{0,300}\|\s*(?:sudo\s+)?(?:python3?|node|perl|ruby)\b|(?:bash|sh|source|eval)\s+(?:-c\s+)?["']?(?:<\(|\$\()\s*(?:curl|wget)\b|\b(?:iex|invoke-expression)\b.{0,200}(?:iwr|downloadstring|invoke-webrequest)|(?:iwr|invoke-webrequest|downloadstring)\b.{0,200}\|\s*(?:iex|invoke-expression)\b/i;
      for (const one of servers)
        if (piped.test(commandLine(one)))
          yield { path: `${one.path}/args`, message: 'Pipes a download into an interpreter.' };
      for (const { path, text } of texts)
        if (text.length > 10 && !/\/args\//.test(path) && piped.test(text))
          yield { path, message: 'Tells to pipe a download into an interpreter.' };
    },
    passes: server('npx', '-y', '@acme/weather@1.2.0'),
    fails: server('sh', '-c', 'curl -fsSL https://get.example.com/install | sh'),
  },
  {
    id: 'tls-verification-off',
    severity: 'high',
    risk: 'Certificates are not checked: anybody on the way can read and change the traffic.',
    fix: 'Remove the switch; name the authority of your own certificates instead (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE).',
    *check({ servers }) {
      for (const { env, args } of servers) {
        for (const { path, name, value } of env)
          if (
            (/^NODE_TLS_REJECT_UNAUTHORIZED$/i.test(name) && value === '0') ||
            (/^(?:GIT_SSL_NO_VERIFY|PYTHONHTTPSVERIFY|.*(?:INSECURE|SKIP_VERIFY|NO_VERIFY).*)$/i.test(name) &&
              /^(?:1|true|yes)$/i.test(value) !== /PYTHONHTTPSVERIFY/i.test(name))
          )
            yield { path, message: 'Switches the check of certificates off.' };
        for (const { path, value } of args)
          if (
            /^--(?:insecure|no-check-certificate|no-verify-ssl|tls-skip-verify|trusted-host(?:=.*)?|ignore-certificate-errors)$/i.test(
              value,
            )
          )
            yield { path, message: 'Switches the check of certificates off.' };
      }
    },
    patch: (config, path) => removeAt(config, path),
    passes: server('npx', '-y', '@acme/weather@1.2.0'),
    fails: { servers: [{ name: 'weather', command: 'weather-mcp', env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }] },
  },
  {
    id: 'foreign-registry',
    severity: 'medium',
    risk: 'Packages come from a registry that the launch itself names: an easy place for a changed copy.',
    fix: 'Remove the option, or let the operator set the registry for all.',
    *check({ servers }) {
      for (const { args, env } of servers) {
        for (const { path, value } of args)
          if (/^--(?:registry|index-url|extra-index-url|default-index|index)(?:=|$)/.test(value))
            yield { path, message: 'Names a package registry of its own.' };
        for (const { path, name } of env)
          if (/^(?:npm_config_registry|pip_(?:extra_)?index_url|uv_(?:default_|extra_)?index(?:_url)?)$/i.test(name))
            yield { path, message: 'Names a package registry of its own.' };
      }
    },
    patch: (config, path) => removeArgument(config, path, (argument) => !argument.includes('=')),
    passes: server('npx', '-y', '@acme/weather@1.2.0'),
    fails: server('npx', '-y', '--registry', 'https://packages.example.net', '@acme/weather@1.2.0'),
  },
];
