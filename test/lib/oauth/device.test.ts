import { describe, expect, it } from 'vitest';
import { readUserCode } from '../../../lib/oauth/device-codes.ts';
import { codePage, reviewPage } from '../../../lib/oauth/device-pages.ts';

describe('a user code', () => {
  it.each(['BCDF-GHJK', 'bcdfghjk', ' bcdf ghjk\n', 'BCDF–GHJK', 'b-c-d-f-g-h-j-k'])('is read from %j', (text) => {
    expect(readUserCode(text)).toBe('BCDFGHJK');
  });

  it.each(['', 'BCDF-GHJ', 'BCDF-GHJKL', 'BCDF-GHJA', 'BCDF-GHJ0', 'BCDF-GHJY', '💥'.repeat(8), 'x'.repeat(100_000)])(
    'is none in %j',
    (text) => {
      expect(readUserCode(text)).toBeUndefined();
    },
  );
});

describe('what a person is shown', () => {
  const show = (address: string, askedAt = Date.now()) =>
    reviewPage({
      username: '<b>ada',
      request: 'r',
      proof: 'p',
      asking: { device: 'd', address: '2001:db8:1:2::7', askedAt },
      address,
    }).text;

  it('says when the command line is in another network than the browser', () => {
    expect(show('2001:db8:1:2:ffff::9')).toContain('the network of this browser');
    expect(show('2001:db8:1:2:ffff::9')).not.toContain('not the network');
    expect(show('192.0.2.1')).toContain('<strong>not the network of this browser</strong> (192.0.2.1)');
  });

  it('says when it was asked for, and escapes names', () => {
    const text = show('192.0.2.1', Date.now() - 245_000);
    expect(text).toContain('4 min ago');
    expect(text).toContain('&#60;b&#62;ada');
  });

  it('gives back a wrong code as it was typed, escaped, and names the fault for who hears the page', () => {
    const { text, status } = codePage({ request: 'r', userCode: '"><script>', fault: 'Wrong.' });
    expect(status).toBe(400);
    expect(text).not.toContain('<script');
    expect(text).toContain('aria-invalid="true" aria-describedby="fault"');
  });
});
