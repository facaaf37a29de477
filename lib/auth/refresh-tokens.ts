import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { bytesToId, idToBytes, readBytes } from './base64url.ts';
import { encryptWithSecret, decryptWithSecret } from './encrypt-with-secret.ts';

const prefix = 'mcp_rt_';
const idLength = 16;
const secretLength = 32;
const macLength = 16;
const tokenLength = idLength + secretLength + macLength;

const successorPurpose = 'refresh successor';

/**
 * A refresh token: session id, 32 random bytes, and a MAC that shows that this platform made it for this session. Without the MAC, who merely knows a session's
 * id could pass off noise as a token used twice, and so end the session.
 */
export interface RefreshToken {
  readonly sessionId: string;
  /** SHA-256 in hex: what is stored. */
  readonly hash: string;
  readonly text: string;
}

export function newMacKey(): string {
  return randomBytes(32).toString('base64url');
}

export function newRefreshToken(sessionId: string, macKey: string): RefreshToken {
  const bytes = Buffer.concat([idToBytes(sessionId), randomBytes(secretLength)]);
  return describe(sessionId, prefix + Buffer.concat([bytes, macOf(bytes, macKey)]).toString('base64url'));
}

/** A text that has the shape of a refresh token; undefined for any other. */
export function readRefreshToken(text: string): RefreshToken | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const bytes = readBytes(text.slice(prefix.length), tokenLength);
  return bytes && describe(bytesToId(bytes.subarray(0, idLength)), text);
}

/** Whether the token was made for the session whose key this is. */
export function isAuthentic({ text }: RefreshToken, macKey: string): boolean {
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url');
  return timingSafeEqual(macOf(bytes.subarray(0, -macLength), macKey), bytes.subarray(-macLength));
}

/** Encrypts a successor so that only who holds the spent token can read it. */
export function encryptSuccessor(successor: RefreshToken, spent: RefreshToken): string {
  return encryptWithSecret(successor.text, spent.text, successorPurpose);
}

/** @throws Error when the successor was not encrypted under this token. */
export function decryptSuccessor(encrypted: string, spentText: string): string {
  return decryptWithSecret(encrypted, spentText, successorPurpose);
}

function describe(sessionId: string, text: string): RefreshToken {
  return { sessionId, text, hash: createHash('sha256').update(text).digest('hex') };
}

function macOf(bytes: Buffer, macKey: string): Buffer {
  return createHmac('sha256', Buffer.from(macKey, 'base64url')).update(bytes).digest().subarray(0, macLength);
}
