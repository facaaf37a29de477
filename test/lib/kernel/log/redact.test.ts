import { describe, expect, it } from 'vitest';
import { redact, redactText } from '../../../../lib/kernel/log/redact.ts';

describe('what goes into a log', () => {
  it.each([
    ['an API key', 'key mcp_live_AbCdEfGhIjKlMnOpQrStUvWxYz012345', 'AbCdEfGh'],
    ['a JWT', 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIi'],
    ['a bearer token', 'Authorization: Bearer abcdef0123456789', 'abcdef0123456789'],
    ['a password in a URL', 'mysql://root:hunter2@localhost:3306/x', 'hunter2'],
    ['a GitHub token', 'ghp_0123456789abcdefghijABCDEFGHIJ012345', '0123456789abcdefghij'],
    ['an OpenAI key', 'sk-proj-0123456789abcdefghij', '0123456789abcdefghij'],
    ['an AWS key id', 'AKIAIOSFODNN7EXAMPLE', 'IOSFODNN7'],
  ])('does not show %s', (_what, text, secret) => {
    expect(redactText(text)).not.toContain(secret);
  });

  it.each([
    'password',
    'access_token',
    'refresh_token',
    'Authorization',
    'x-api-key',
    'client_secret',
    'apiKey',
    'accessToken',
    'clientSecret',
    'cookie',
  ])('does not show a member called %s', (name) => {
    expect(redact({ inner: { [name]: 'plain' } })).toEqual({ inner: { [name]: '[redacted]' } });
  });

  it('keeps what is harmless', () => {
    const harmless = { route: 'GET /api/v1/mcps', tokens_used: 12, keys: ['a'], author: 'x', n: null, yes: true };
    expect(redact(harmless)).toEqual(harmless);
  });

  it('spells errors out with their causes, redacted', () => {
    const error = new Error('no way to mysql://u:p4ss@db', { cause: new Error('Bearer abcdef0123456789') });
    const told = JSON.stringify(redact({ error }));
    expect(told).toContain('no way to mysql://[redacted]@db');
    expect(told).toContain('cause');
    expect(told).not.toContain('p4ss');
    expect(told).not.toContain('abcdef0123456789');
  });

  it('ends where a value contains itself', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(redact(loop))).toContain('[deeper]');
  });
});

it('looks into the texts of members and lists, not at their names alone', () => {
  const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
  expect(JSON.stringify(redact({ note: `with ${token}`, list: [{ deep: token }] }))).not.toContain(token);
});

it('cuts texts of any length to what a line can hold', () => {
  const line = JSON.stringify(redact({ method: 'x'.repeat(900_000), error: new Error('y'.repeat(900_000)) }));
  expect(line.length).toBeLessThan(20_000);
  expect(line).toContain('(900000 characters)');
});
