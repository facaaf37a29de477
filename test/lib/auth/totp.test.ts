import { describe, expect, it } from 'vitest';
import { codeAt, newRecoveryCode, newTotpSecret, otpauthUri, stepOfCode } from '../../../lib/auth/totp.ts';

// The secret of RFC 6238, appendix B, in base32.
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('time-based one-time passwords', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('are those of RFC 6238 at %i s', (seconds, code) => {
    expect(codeAt(secret, Math.floor(seconds / 30))).toBe(code);
  });

  it('are taken one step early or late, not two, and none that was taken before', () => {
    const now = 1_000_000 * 30_000;
    const step = 1_000_000;
    expect([-2, -1, 0, 1, 2].map((off) => stepOfCode(secret, codeAt(secret, step + off), 0, now))).toEqual([
      undefined,
      step - 1,
      step,
      step + 1,
      undefined,
    ]);
    expect(stepOfCode(secret, codeAt(secret, step), step, now)).toBeUndefined();
    for (const noise of ['', '12345', '1234567', 'abcdef', '１２３４５６'])
      expect(stepOfCode(secret, noise, 0, now)).toBeUndefined();
  });

  it('come from secrets of 160 random bits that an app can read', () => {
    const made = newTotpSecret();
    expect(made).toMatch(/^[A-Z2-7]{32}$/);
    expect(otpauthUri(made, 'ada', 'MCP')).toBe(
      `otpauth://totp/MCP%3Aada?secret=${made}&issuer=MCP&algorithm=SHA1&digits=6&period=30`,
    );
    expect(newRecoveryCode()).toMatch(/^([a-z2-7]{4}-){3}[a-z2-7]{4}$/);
  });
});
