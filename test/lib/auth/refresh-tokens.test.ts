import { describe, expect, it } from 'vitest';
import {
  hideSuccessor,
  isEncrypted,
  newRefreshToken,
  newEncryptionKey,
  readRefreshToken,
  revealSuccessor,
} from '../../../lib/auth/refresh-tokens.ts';
import { newId } from '../../../lib/kernel/ids.ts';

const sessionId = newId();
const encryptionKey = newEncryptionKey();

describe('a refresh token', () => {
  it('names its session and is never the same twice', () => {
    const token = newRefreshToken(sessionId, encryptionKey);
    expect(token.text).toMatch(/^mcp_rt_[A-Za-z0-9_-]{86}$/);
    expect(readRefreshToken(token.text)).toEqual(token);
    expect(token.sessionId).toBe(sessionId);
    expect(newRefreshToken(sessionId, encryptionKey).hash).not.toBe(token.hash);
  });

  it('is known from noise that names the session', () => {
    const token = newRefreshToken(sessionId, encryptionKey);
    expect(isEncrypted(token, encryptionKey)).toBe(true);
    expect(isEncrypted(newRefreshToken(sessionId, newEncryptionKey()), encryptionKey)).toBe(false);
    const changed = readRefreshToken(token.text.replace(/.{10}$/, 'AAAAAAAAAA'));
    expect(changed && isEncrypted(changed, encryptionKey)).toBe(false);
  });

  it('is read in one spelling only', () => {
    const { text } = newRefreshToken(sessionId, encryptionKey);
    for (const other of ['', 'mcp_rt_', text.slice(0, -1), `${text}A`, `${text}==`, `x${text}`, 'eyJ.eyJ.x']) {
      expect(readRefreshToken(other)).toBeUndefined();
    }
  });

  it('hides its successor from everybody who does not hold it', () => {
    const spent = newRefreshToken(sessionId, encryptionKey);
    const successor = newRefreshToken(sessionId, encryptionKey);
    const hidden = hideSuccessor(successor, spent);
    expect(revealSuccessor(hidden, spent)).toBe(successor.text);
    expect(() => revealSuccessor(hidden, successor)).toThrow(/authenticate/);
  });
});
