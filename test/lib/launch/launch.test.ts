import { describe, expect, it } from 'vitest';
import type { ServerEntry } from '../../../lib/launch/model.ts';
import { readCommand } from '../../../lib/launch/read-command.ts';
import { readLaunch } from '../../../lib/launch/read-launch.ts';
import { resolve, type Values } from '../../../lib/launch/resolve.ts';
import { writeEntry } from '../../../lib/launch/write-entry.ts';

const started = (server: ServerEntry, values: Values = {}) => resolve(readLaunch(server), values).resolved;
const missing = (server: ServerEntry, values: Values = {}) =>
  resolve(readLaunch(server), values).bad.map(({ input, why }) => `${input.name} ${why}`);
const inputs = (server: ServerEntry) => readLaunch(server).inputs.map(({ name }) => name);
const npm = (more: object) => ({ package: { registry_type: 'npm', identifier: '@acme/s', version: '1.0.0', ...more } });

describe('a variable of the own env', () => {
  const server = {
    command: 'x',
    args: ['Authorization:${AUTH}'],
    env: { AUTH: 'Bearer ${TOKEN}', URL: 'x://${HOST}/z', HOST: 'db' },
  };

  it('fills arguments and other variables, and is not asked for', () => {
    expect(inputs(server)).toEqual(['TOKEN']);
    expect(started(server, { TOKEN: 't' })).toMatchObject({
      args: ['Authorization:Bearer t'],
      env: { AUTH: 'Bearer t', URL: 'x://db/z', HOST: 'db' },
    });
  });

  it('gives way to what is given', () => {
    expect(started(server, { AUTH: 'Basic b', HOST: 'h' })).toMatchObject({
      args: ['Authorization:Basic b'],
      env: { AUTH: 'Basic b', URL: 'x://h/z', HOST: 'h' },
    });
  });

  it('whose text asks for itself is filled with what is given under its name', () => {
    const own = { command: 'x', args: ['${KEY}'], env: { KEY: 'Bearer ${KEY}' } };
    expect(started(own, { KEY: 'k' })).toMatchObject({ args: ['Bearer k'], env: { KEY: 'Bearer k' } });
    expect(missing(own)).toEqual(['KEY missing']);
  });

  it('that leads back to itself is missing', () => {
    expect(missing({ command: 'x', env: { A: '${B}', B: '${A}' } })).not.toEqual([]);
  });
});

describe('inputs', () => {
  it('that differ have names that differ, in any script', () => {
    const server = {
      command: 'x',
      args: [
        '${input:api-key}',
        '${input:api_key}',
        '${input:API_KEY}',
        '${input:ключ}',
        '${input:пароль}',
        '${API_KEY}',
      ],
    };
    expect(new Set(inputs(server)).size).toBe(6);
    expect(inputs(server)).toContain('API_KEY');
    const values = Object.fromEntries(readLaunch(server).inputs.map(({ name, key }) => [name, `value of ${key}`]));
    expect(started(server, values)).toMatchObject({
      args: ['input:api-key', 'input:api_key', 'input:API_KEY', 'input:ключ', 'input:пароль', 'API_KEY'].map(
        (key) => `value of ${key}`,
      ),
    });
  });

  it('have the choices of their file', () => {
    const server = { ...npm({ environment_variables: [{ name: 'MODE', choices: ['a', 'b'], default: 'a' }] }) };
    expect(missing(server, { MODE: 'c' })).toEqual(['MODE not-a-choice']);
    expect(started(server)).toMatchObject({ env: { MODE: 'a' } });
  });

  it('that are optional are left out, the flag before them too', () => {
    const server = npm({
      package_arguments: [
        { type: 'named', name: '--dir', value_hint: 'dir' },
        { type: 'positional', value: 'go' },
      ],
      environment_variables: [{ name: 'LOG' }],
    });
    expect(started(server)).toMatchObject({ args: ['-y', '@acme/s@1.0.0', 'go'], env: {} });
    expect(started(server, { dir: '/srv', LOG: 'l' })).toMatchObject({
      args: ['-y', '@acme/s@1.0.0', '--dir', '/srv', 'go'],
      env: { LOG: 'l' },
    });
  });

  it('are variables only where `variables` names them', () => {
    const server = npm({
      package_arguments: [
        '--root',
        { type: 'named', name: '--dir', value: '{dir}/{x}', variables: { dir: { isRequired: true } } },
      ],
    });
    expect(started(server, { dir: '/d' })).toMatchObject({
      args: ['-y', '@acme/s@1.0.0', '--root', '--dir', '/d/{x}'],
    });
    expect(missing(server)).toEqual(['dir missing']);
  });

  it('keep a default in braces', () => {
    const server = npm({ environment_variables: [{ name: 'OPTS', default: '{"a":1}' }] });
    expect(started(server)).toMatchObject({ env: { OPTS: '{"a":1}' } });
    expect(started(server, { OPTS: 'o' })).toMatchObject({ env: { OPTS: 'o' } });
    expect(writeEntry(server)['env']).toEqual({ OPTS: '{"a":1}' });
  });
});

describe('a package of another registry', () => {
  it.each([
    [{}, 'npx', {}],
    [{ registry_base_url: 'https://registry.npmjs.org' }, 'npx', {}],
    [{ registry_base_url: 'https://npm.acme.example/' }, 'npx', { npm_config_registry: 'https://npm.acme.example' }],
    [{ registry_type: 'pypi', registry_base_url: 'https://pypi.org' }, 'uvx', {}],
    [
      { registry_type: 'pypi', registry_base_url: 'https://py.acme.example' },
      'uvx',
      { UV_DEFAULT_INDEX: 'https://py.acme.example/simple' },
    ],
    [{ runtime_hint: 'bunx' }, 'bunx', {}],
  ])('%j is started from there', (more, command, env) => {
    expect(started(npm(more))).toMatchObject({ command, env });
  });

  it.each([
    [{ registry_base_url: 'https://ghcr.io', identifier: 'acme/s', version: '1' }, 'ghcr.io/acme/s:1'],
    [{ registry_base_url: 'https://docker.io', identifier: 'acme/s', version: '1' }, 'acme/s:1'],
    [{ identifier: 'ghcr.io/acme/s:1', version: undefined }, 'ghcr.io/acme/s:1'],
    [
      { identifier: `localhost:5000/s@sha256:${'a'.repeat(64)}`, version: undefined },
      `localhost:5000/s@sha256:${'a'.repeat(64)}`,
    ],
  ])('%j is one image', (more, image) => {
    const launch = readLaunch(npm({ registry_type: 'oci', ...more }));
    expect(launch.kind === 'command' && launch.args.at(-1)?.words).toEqual([image]);
  });
});

describe('a command', () => {
  it.each([
    ['npx', ['-y', '@a/b@1.2.0', 'x'], 'npm', '@a/b', '1.2.0'],
    ['npx', ['-q', '-y', 'b'], 'npm', 'b', undefined],
    ['npx', ['--package=b', 'run'], 'npm', 'b', undefined],
    ['C:\\Program Files\\nodejs\\npx.cmd', ['b'], 'npm', 'b', undefined],
    ['cmd', ['/c', 'npx', '-y', 'b@2'], 'npm', 'b', '2'],
    ['pnpm', ['dlx', 'b'], 'npm', 'b', undefined],
    ['uvx', ['--from', 'git+https://e.example/a@abc', 's'], 'pypi', 'git+https://e.example/a', 'abc'],
    ['/opt/homebrew/bin/uvx', ['s==1.0'], 'pypi', 's', '1.0'],
    ['uv', ['tool', 'run', 's@1.0'], 'pypi', 's', '1.0'],
    ['docker', ['run', '-i', '--rm', '-e', 'A', 'ghcr.io/a/b:1', 'x'], 'oci', 'ghcr.io/a/b', '1'],
  ])('%s %j names its package', (command, args, type, identifier, version) => {
    expect(readCommand(command, args)?.package).toEqual({ type, identifier, version });
  });

  it.each([
    ['node', ['x.js']],
    ['npm', ['start']],
    ['docker', ['ps']],
    ['npx', ['-y']],
  ])('%s %j names none', (command, args) => {
    expect(readCommand(command, args)).toBeUndefined();
  });

  it('of one system or machine is started as on every other', () => {
    expect(started({ command: 'cmd.exe', args: ['/C', 'npx', '-y', 'b'] })).toMatchObject({
      command: 'npx',
      args: ['-y', 'b'],
    });
    expect(started({ command: '/usr/local/bin/npx', args: ['b'] })).toMatchObject({ command: 'npx', args: ['b'] });
    expect(started({ command: '/srv/own/server' })).toMatchObject({ command: '/srv/own/server' });
  });
});
