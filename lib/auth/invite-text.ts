import { createHash, randomBytes } from 'node:crypto';

/** An invitation's text: 192 random bits. */
export function newInviteText(): string {
  return `mcp_inv_${randomBytes(24).toString('base64url')}`;
}

/** SHA-256 in hex: what is stored. */
export function inviteHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
