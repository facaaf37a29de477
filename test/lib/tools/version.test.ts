import { describe, expect, it } from 'vitest';
import { compareVersions, isHigher } from '../../../lib/tools/version.ts';

describe('version precedence (Semantic Versioning 2.0.0, section 11)', () => {
  const ascending = [
    '0.9.9',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.2.0',
    '1.10.0',
    '2.0.0',
    '10.0.0',
  ];

  it('orders every pair as the specification does', () => {
    for (const [i, a] of ascending.entries()) {
      for (const [j, b] of ascending.entries())
        expect(Math.sign(compareVersions(a, b)), `${a} against ${b}`).toBe(Math.sign(i - j));
    }
  });

  it('does not count build metadata', () => {
    expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0);
    expect(isHigher('1.0.0+b', '1.0.0')).toBe(false);
  });
});
