import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { refuseForeignHost, refuseForeignOrigin } from '../../../../infra/local/guard/known-host.ts';

const baseUrl = 'https://platform.example/';

function request(headers: Record<string, string>, url = '/'): IncomingMessage {
  return { headers, url, rawHeaders: Object.entries(headers).flat() } as unknown as IncomingMessage;
}

describe('a Host', () => {
  it.each([
    'localhost',
    'localhost:8000',
    'a.localhost:1',
    '127.0.0.1',
    '127.9.9.9:80',
    '[::1]:8000',
    'platform.example:444',
  ])('%s is served', (host) => expect(refuseForeignHost(request({ host }), { baseUrl })).toBeUndefined());

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:8000',
    '169.254.1.1',
    '0.0.0.0',
    '',
    ' ',
    '[',
  ])('%j is refused', (host) => expect(refuseForeignHost(request({ host }), { baseUrl })?.status).toBe(403));

  it('is not overruled by the absolute form of a request', () => {
    expect(refuseForeignHost(request({ host: 'localhost' }, 'http://evil.example/api'))?.status).toBe(403);
    expect(refuseForeignHost(request({ host: 'localhost' }, 'http://localhost:8000/api'))).toBeUndefined();
  });

  it('is asked for once', () => {
    const twice = request({ host: 'localhost' });
    twice.rawHeaders = ['Host', 'localhost', 'host', 'evil.example'];
    expect(refuseForeignHost(twice)?.status).toBe(400);
  });

  it('may be missing, as in HTTP/1.0', () => expect(refuseForeignHost(request({}))).toBeUndefined());
});

describe('an Origin', () => {
  const refused = (headers: Record<string, string>) =>
    refuseForeignOrigin(request(headers), { baseUrl, origins: ['https://ui.example'] })?.status;

  it.each([
    {},
    { origin: 'https://platform.example' },
    { origin: 'https://ui.example' },
    { origin: 'http://localhost:6274' },
    { origin: 'null', 'sec-fetch-site': 'same-origin' },
  ])('%j may call', (headers) => expect(refused(headers as Record<string, string>)).toBeUndefined());

  it.each(['https://evil.example', 'http://platform.example', 'null', 'http://localhost.evil.example', 'file://'])(
    '%s may not',
    (origin) => expect(refused({ origin })).toBe(403),
  );
});
