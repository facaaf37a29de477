import { describe, expect, it } from 'vitest';
import { resolveLaunch } from '../../../lib/deployments/launch.ts';
import { Problem } from '../../../lib/kernel/errors/problem.ts';

const resolve = (launch: object, values: Record<string, string> = {}) =>
  resolveLaunch({ launch: { name: 'server', ...launch } }, values);
const problemOf = (launch: object, values: Record<string, string> = {}): Problem => {
  try {
    resolve(launch, values);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};
const packaged = (more: object = {}) => ({ package: { registry_type: 'npm', identifier: '@acme/server', ...more } });

describe('a command', () => {
  it('gets its arguments and variables with the values filled in', () => {
    const launch = { command: 'node', args: ['--key', '${KEY}'], env: { GREETING: 'hi ${NAME:-you}', KEY: 'x' } };
    expect(resolve(launch, { KEY: 'k', MORE: 'm' })).toEqual({
      kind: 'stdio',
      command: 'node',
      args: ['--key', 'k'],
      env: { GREETING: 'hi you', KEY: 'k', MORE: 'm' },
    });
  });

  it('whose variables double at every step is refused at once, and one that is merely long is not', () => {
    const steps = Array.from({ length: 60 }, (_, n) => [`V${n}`, `\${V${n + 1}}\${V${n + 1}}`] as const);
    const doubling = { command: 'node', env: Object.fromEntries([...steps, ['V60', '']]) };
    expect(problemOf(doubling).message).toContain('come to more than a million characters');
    const wide = { command: 'node', args: ['${A}'.repeat(20_000)], env: { A: 'x'.repeat(60_000) } };
    expect(problemOf(wide).options.extra).toMatchObject({ errors: [{ type: 'too_long' }] });
    const long = { command: 'node', args: Array.from({ length: 9 }, () => '${A}'), env: { A: 'x'.repeat(60_000) } };
    expect(resolve(long)).toMatchObject({ kind: 'stdio' });
  });

  it('that lacks a value says which', () => {
    expect(problemOf({ command: 'node', args: ['${KEY}'] }).message).toContain('KEY');
  });

  it.each(['docker', '/usr/bin/podman'])('cannot be %s', (command) => {
    expect(problemOf({ command }).type).toBe('package-not-deployable');
  });
});

describe('a package', () => {
  it('of npm is started by npx, of PyPI by uvx, at its version', () => {
    expect(resolve(packaged({ version: '1.2.3' }))).toMatchObject({
      command: 'npx',
      args: ['-y', '@acme/server@1.2.3'],
    });
    expect(resolve(packaged({ registry_type: 'pypi', identifier: 'acme', version: '1.2.3' }))).toMatchObject({
      command: 'uvx',
      args: ['acme@1.2.3'],
    });
  });

  it('gets its arguments around its name', () => {
    const launch = packaged({
      runtime_arguments: ['-y', { type: 'named', name: '--node-options', value: '--no-warnings' }],
      package_arguments: [
        { type: 'positional', value_hint: 'FOLDER', is_required: true },
        { type: 'named', name: '--limit', default: '5' },
        { type: 'named', name: '--verbose' },
      ],
    });
    expect(resolve(launch, { FOLDER: '/tmp' })).toMatchObject({
      args: ['-y', '--node-options', '--no-warnings', '@acme/server', '/tmp', '--limit', '5', '--verbose'],
    });
    expect(problemOf(launch).message).toContain('FOLDER');
  });

  it('gets its variables: what is given, else what is described, else an error that names the one that is required', () => {
    const launch = packaged({
      environment_variables: [
        { name: 'KEY', is_required: true },
        { name: 'MODE', default: 'fast' },
        { name: 'AUTH', value: 'Bearer ${KEY}' },
        { name: 'UNUSED' },
      ],
    });
    expect(resolve(launch, { KEY: 'k' })).toMatchObject({ env: { KEY: 'k', MODE: 'fast', AUTH: 'Bearer k' } });
    expect(problemOf(launch).options.extra).toMatchObject({ errors: [{ pointer: '/config/secrets/KEY' }] });
    expect(problemOf(packaged({ environment_variables: [{ name: 'OTHER', isRequired: true }] })).message).toContain(
      'OTHER',
    );
  });

  it('cannot be an image', () => {
    expect(problemOf(packaged({ registry_type: 'oci' })).type).toBe('package-not-deployable');
  });
});

describe('a remote server', () => {
  it('gets its headers with the values filled in', () => {
    const launch = { url: 'https://example.org/mcp', headers: { Authorization: 'Bearer ${KEY}' } };
    expect(resolve(launch, { KEY: 'k' })).toEqual({
      kind: 'remote',
      url: 'https://example.org/mcp',
      headers: { authorization: 'Bearer k' },
    });
    expect(problemOf(launch).message).toContain('KEY');
  });

  it('cannot speak SSE', () => {
    expect(problemOf({ url: 'https://example.org/sse', transport: 'sse' }).type).toBe('package-not-deployable');
  });
});
