import { describe, expect, it } from 'vitest';
import {
  encryptSuccessor,
  isAuthentic,
  newRefreshToken,
  newMacKey,
  readRefreshToken,
  decryptSuccessor,
} from '../../../lib/auth/refresh-tokens.ts';
import { newId } from '../../../lib/kernel/ids.ts';

const sessionId = newId();
const macKey = newMacKey();

describe('a refresh token', () => {
  it('names its session and is never the same twice', () => {
    const token = newRefreshToken(sessionId, macKey);
    expect(token.text).toMatch(/^mcp_rt_[A-Za-z0-9_-]{86}$/);
    expect(readRefreshToken(token.text)).toEqual(token);
    expect(token.sessionId).toBe(sessionId);
    expect(newRefreshToken(sessionId, macKey).hash).not.toBe(token.hash);
  });

  it('is known from noise that names the session', () => {
    const token = newRefreshToken(sessionId, macKey);
    expect(isAuthentic(token, macKey)).toBe(true);
    expect(isAuthentic(newRefreshToken(sessionId, newMacKey()), macKey)).toBe(false);
    const changed = readRefreshToken(token.text.replace(/.{10}$/, 'AAAAAAAAAA'));
    expect(changed && isAuthentic(changed, macKey)).toBe(false);
  });

  it('is read in one spelling only', () => {
    const { text } = newRefreshToken(sessionId, macKey);
    for (const other of ['', 'mcp_rt_', text.slice(0, -1), `${text}A`, `${text}==`, `x${text}`, 'eyJ.eyJ.x']) {
      expect(readRefreshToken(other)).toBeUndefined();
    }
  });

  it('hides its successor from everybody who does not hold it', () => {
    const spent = newRefreshToken(sessionId, macKey);
    const successor = newRefreshToken(sessionId, macKey);
    const encrypted = encryptSuccessor(successor, spent);
    expect(decryptSuccessor(encrypted, spent.text)).toBe(successor.text);
    expect(() => decryptSuccessor(encrypted, successor.text)).toThrow(/authenticate/);
  });
});
