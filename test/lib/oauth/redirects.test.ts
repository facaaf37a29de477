import { describe, expect, it } from 'vitest';
import { isRedirect, matchesRedirect } from '../../../lib/oauth/redirects.ts';

describe('an address to go back to', () => {
  it.each([
    'https://claude.ai/api/mcp/auth_callback',
    'https://vscode.dev/redirect',
    'http://localhost:43121/callback',
    'http://127.0.0.1/',
    'http://127.0.0.1:33418/',
    'http://[::1]:9999/cb',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'com.example.app:/oauth',
  ])('may be %s', (address) => {
    expect(isRedirect(address)).toBe(true);
  });

  it.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://a/b',
    'vbscript:x',
    'about:blank',
    'http://evil.example/cb',
    'http://localhost.evil.example/cb',
    'http://127.0.0.1.evil.example/cb',
    'http://localhost@evil.example/cb',
    'https://user:pass@client.example/cb',
    'cursor://user:pass@client.example/cb',
    'https://client.example/cb#fragment',
    'https://client.example/cb#',
    'https:client.example/cb',
    'https:///client.example/cb',
    'https:\\\\client.example\\cb',
    '//client.example/cb',
    '/cb',
    '',
    ' https://client.example/cb',
    'https://client.example/c b',
    'https://client.example/\u0000',
    'https://клиент.example/cb',
    'HTTPS://client.example/cb',
    'ws://localhost/cb',
    'urn:ietf:wg:oauth:2.0:oob',
    'cursor:',
    `https://client.example/${'x'.repeat(2000)}`,
  ])('is not %j', (address) => {
    expect(isRedirect(address)).toBe(false);
  });
});

describe('the address that is asked for', () => {
  const registered = 'https://client.example/cb';

  it.each([
    'https://client.example/cb/',
    'https://client.example/cb?x=1',
    'https://client.example/cb/../evil',
    'https://client.example/CB',
    'https://client.example:444/cb',
    'https://client.example:443/cb',
    'https://client.example./cb',
    'https://client.example/%63b',
    'https://client.example/cb;x',
    'https://client.example//cb',
    'https://client.example.evil.example/cb',
    'https://evil.example/client.example/cb',
    'https://client.example@evil.example/cb',
    'https://client.example%2f@evil.example/cb',
    'https://client.example\\@evil.example/cb',
    'https://client.example/cb%0d%0aLocation:https://evil.example',
    'http://client.example/cb',
    'https://sub.client.example/cb',
    'https://CLIENT.example/cb',
    'https://client.example/cb#x',
  ])('%s is not the registered one', (asked) => {
    expect(matchesRedirect(registered, asked)).toBe(false);
  });

  it('may have any port on loopback, and nothing else that differs', () => {
    const known = 'http://localhost/callback';
    expect(matchesRedirect(known, known)).toBe(true);
    expect(matchesRedirect(known, 'http://localhost:51234/callback')).toBe(true);
    expect(matchesRedirect('http://127.0.0.1:33418/', 'http://127.0.0.1:40000/')).toBe(true);
    expect(matchesRedirect('http://[::1]/cb', 'http://[::1]:9/cb')).toBe(true);
    for (const other of [
      'http://127.0.0.1:51234/callback',
      'http://localhost:51234/callback/',
      'http://localhost:51234/callback?x=1',
      'http://localhost:51234@evil.example/callback',
      'http://localhost:x/callback',
      'https://localhost:51234/callback',
      'http://localhost.evil.example:1/callback',
      'http://a.localhost:1/callback',
    ])
      expect(matchesRedirect(known, other), other).toBe(false);
  });

  it('has no free port elsewhere', () => {
    expect(matchesRedirect('https://client.example:8443/cb', 'https://client.example:9443/cb')).toBe(false);
    expect(matchesRedirect('cursor://host:1/cb', 'cursor://host:2/cb')).toBe(false);
  });
});
