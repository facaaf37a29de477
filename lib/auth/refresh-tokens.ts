import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { bytesToId, idToBytes, readBytes } from './base64url.ts';
import { encryptWithSecret, decryptWithSecret } from './encrypt-with-secret.ts';

const prefix = 'mcp_rt_';
const idLength = 16;
const secretLength = 32;
const encryptedLength = 16;
const tokenLength = idLength + secretLength + encryptedLength;

const successorPurpose = 'refresh successor';

/**
 * A refresh token: session id, 32 random bytes, and a seal that shows that this platform made it for this session. Without the
 * seal, who merely knows a session's id could pass off noise as a token used twice, and so end the session.
 */
export interface RefreshToken {
  readonly sessionId: string;
  /** SHA-256 in hex: what is stored. */
  readonly hash: string;
  readonly text: string;
}

export function newEncryptionKey(): string {
  return randomBytes(32).toString('base64url');
}

export function newRefreshToken(sessionId: string, encryptionKey: string): RefreshToken {
  const sealed = Buffer.concat([idToBytes(sessionId), randomBytes(secretLength)]);
  return describe(
    sessionId,
    prefix + Buffer.concat([sealed, encryptorOf(sealed, encryptionKey)]).toString('base64url'),
  );
}

/** A text that has the shape of a refresh token; undefined for any other. */
export function readRefreshToken(text: string): RefreshToken | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const bytes = readBytes(text.slice(prefix.length), tokenLength);
  return bytes && describe(bytesToId(bytes.subarray(0, idLength)), text);
}

/** Whether the token was made for the session whose seal key this is. */
export function isEncrypted({ text }: RefreshToken, encryptionKey: string): boolean {
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url');
  const sealed = bytes.subarray(0, -encryptedLength);
  return timingSafeEqual(encryptorOf(sealed, encryptionKey), bytes.subarray(-encryptedLength));
}

/** Encrypts a successor so that only who holds the spent token can read it. */
export function hideSuccessor(successor: RefreshToken, spent: RefreshToken): string {
  return encryptWithSecret(successor.text, spent.text, successorPurpose);
}

/** @throws Error when `hidden` was not hidden under this token. */
export function revealSuccessor(hidden: string, spent: RefreshToken): string {
  return decryptWithSecret(hidden, spent.text, successorPurpose);
}

function describe(sessionId: string, text: string): RefreshToken {
  return { sessionId, text, hash: createHash('sha256').update(text).digest('hex') };
}

function encryptorOf(sealed: Buffer, encryptionKey: string): Buffer {
  return createHmac('sha256', Buffer.from(encryptionKey, 'base64url'))
    .update(sealed)
    .digest()
    .subarray(0, encryptedLength);
}
