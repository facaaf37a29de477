import { describe, expect, it } from 'vitest';
import { assertAllowed } from '../../../lib/deployments/launch-policy.ts';

const rules = { ALLOWED_COMMANDS: ['uvx'], BASE_URL: 'http://localhost:8000' };
const remote = (url: string) => ({ kind: 'remote' as const, url, headers: {} });
const local = (command: string) => ({ kind: 'stdio' as const, command, args: [], env: {} });

describe('what the operator forbids does not start:', () => {
  it('a command that is not on the list, a package runner included', () => {
    for (const command of ['sh', 'npx', '/usr/bin/uvx', 'uvx ', ''])
      expect(() => assertAllowed(local(command), rules)).toThrow(/not a command that this installation allows/);
    expect(() => assertAllowed(local('uvx'), rules)).not.toThrow();
    expect(() => assertAllowed(local('sh'), { ...rules, ALLOWED_COMMANDS: [] })).not.toThrow();
  });

  it.each([
    'http://localhost:8000/mcp/a/v1',
    'http://LOCALHOST:8000/',
    'http://localhost.:8000/',
    'http://127.0.0.1:8000/',
    'http://127.1:8000/',
    'http://0x7f000001:8000/',
    'http://2130706433:8000/',
    'http://[::1]:8000/',
    'http://[::]:8000/',
    'http://[::ffff:127.0.0.1]:8000/',
    'http://0.0.0.0:8000/',
    'http://anything.localhost:8000/',
  ])('the platform behind itself, as %s', (url) => {
    expect(() => assertAllowed(remote(url), rules)).toThrow(/address of this platform itself/);
  });

  it.each(['http://localhost:8001/', 'https://example.org/mcp'])('but not %s', (url) => {
    expect(() => assertAllowed(remote(url), rules)).not.toThrow();
  });
});
