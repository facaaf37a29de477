import { hash as digest, randomBytes } from 'node:crypto';
import { bytesToId, idToBytes, readBytes } from './base64url.ts';

export const apiKeyPrefix = 'mcp_live_';
const secretLength = 24;
const ownerLength = 16;
/** What lists show of a key: enough to distinguish one's keys, far too little to guess one. */
const prefixLength = apiKeyPrefix.length + 6;

/** An API key: 192 random bits and its owner's id, so that the key's and the owner's status are read in one batch. */
export interface ApiKeyText {
  readonly ownerId: string;
  readonly text: string;
  /** SHA-256 in hex: what is stored. */
  readonly hash: string;
  readonly prefix: string;
}

export function newApiKeyText(ownerId: string): ApiKeyText {
  const bytes = Buffer.concat([randomBytes(secretLength), idToBytes(ownerId)]);
  return describe(ownerId, apiKeyPrefix + bytes.toString('base64url'));
}

/** A text that has the shape of an API key; undefined for any other. */
export function readApiKeyText(text: string): ApiKeyText | undefined {
  if (!text.startsWith(apiKeyPrefix)) return undefined;
  const bytes = readBytes(text.slice(apiKeyPrefix.length), secretLength + ownerLength);
  return bytes && describe(bytesToId(bytes.subarray(secretLength)), text);
}

function describe(ownerId: string, text: string): ApiKeyText {
  return { ownerId, text, hash: digest('sha256', text, 'hex'), prefix: text.slice(0, prefixLength) };
}
